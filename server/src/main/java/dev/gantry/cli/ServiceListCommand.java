package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.ServiceSummary;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry service list}: all services. */
@Command(
        name = "list",
        description = "Shows all services with their tags, and how many of their instances are healthy.")
final class ServiceListCommand extends ClientCommand {

    @Option(names = "--prefix", paramLabel = "PREFIX", description = "Only names with this prefix.")
    private String prefix = "";

    @Mixin
    private JsonOption json;

    ServiceListCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<ServiceSummary> services = client.services().list(prefix).toList();
        json.print(context(), services, () -> ServiceView.all(services));
        return GantryCli.DONE;
    }
}
