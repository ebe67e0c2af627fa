package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.CollectGarbageResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gantry system gc}: collects garbage now. */
@Command(
        name = "gc",
        description =
                "Deletes now what the server would delete some time: ended evaluations, deployments and allocations that"
                        + " nothing needs, old versions of jobs, dead jobs, and nodes that are down.")
final class SystemGcCommand extends ClientCommand {

    @Mixin
    private JsonOption json;

    SystemGcCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        CollectGarbageResponse collected = client.collectGarbage();
        json.print(context(), collected, () -> lines(collected));
        return GantryCli.DONE;
    }

    private static List<String> lines(CollectGarbageResponse collected) {
        return new FieldList()
                .add("Jobs", Long.toString(collected.getJobs()))
                .add("Job Versions", Long.toString(collected.getJobVersions()))
                .add("Evaluations", Long.toString(collected.getEvaluations()))
                .add("Allocations", Long.toString(collected.getAllocations()))
                .add("Deployments", Long.toString(collected.getDeployments()))
                .add("Nodes", Long.toString(collected.getNodes()))
                .lines();
    }
}
