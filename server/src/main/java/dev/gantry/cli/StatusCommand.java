package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.GetStatusResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry status}: how the cluster is. */
@Command(name = "status", description = "Shows how the cluster is.")
final class StatusCommand extends ClientCommand {

    @Mixin
    private JsonOption json;

    StatusCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        GetStatusResponse status = client.status();
        json.print(context(), status, () -> lines(status));
        return GantryCli.DONE;
    }

    private static List<String> lines(GetStatusResponse status) {
        return new Facts()
                .add("Version", status.getVersion())
                .add("Index", Long.toString(status.getIndex()))
                .add("Nodes", status.getNodesReady() + " ready, " + status.getNodesDown() + " down")
                .add("Jobs", Long.toString(status.getJobs()))
                .add("Allocations", status.getAllocationsLive() + " live")
                .add("Evaluations", status.getEvaluationsBlocked() + " blocked")
                .lines();
    }
}
