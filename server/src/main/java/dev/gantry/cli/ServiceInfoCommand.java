package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.Watch;
import dev.gantry.v1.ServiceInstance;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry service info}: shows the instances of a service. */
@Command(name = "info", description = "Shows the healthy instances of a service.")
final class ServiceInfoCommand extends ClientCommand {

    @Parameters(paramLabel = "NAME", description = "The service's name.")
    private String name;

    @Option(
            names = "--tag",
            paramLabel = "TAG",
            description = "Only instances that have this tag; can be given many times.")
    private List<String> tags = List.of();

    @Option(names = "--watch", description = "Shows the instances again after each change, until interrupted.")
    private boolean watch;

    @Mixin
    private JsonOption json;

    @Mixin
    private VerboseOption verbose;

    ServiceInfoCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        String[] wanted = tags.toArray(String[]::new);
        if (!watch) {
            List<ServiceInstance> instances = client.services().get(name, wanted);
            if (instances.isEmpty()) {
                requireKnown(client);
            }
            show(instances);
            return GantryCli.DONE;
        }
        try (Watch<List<ServiceInstance>> changes = client.services().watch(name, wanted)) {
            changes.forEachRemaining(this::show);
        }
        return GantryCli.DONE;
    }

    /** The server returns no instances for an unknown service and for one without healthy instances alike. */
    private void requireKnown(GantryClient client) {
        if (client.services().list(name).noneMatch(service -> service.getName().equals(name))) {
            throw new CommandFailedException("There is no service \"%s\". See: gantry service list".formatted(name));
        }
    }

    private void show(List<ServiceInstance> instances) {
        json.print(context(), instances, () -> ServiceView.instances(name, instances, verbose));
    }
}
