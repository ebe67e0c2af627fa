package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.ForcePeriodicJobResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry job periodic force}: runs a periodic job now. */
@Command(name = "force", description = "Launches a child of a periodic job now and prints the child's id.")
final class PeriodicForceCommand extends ClientCommand {

    @Parameters(paramLabel = "JOB", description = "The periodic job's id.")
    private String jobId;

    @Mixin
    private JsonOption json;

    PeriodicForceCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        ForcePeriodicJobResponse child =
                JobPrefix.change(client, jobId, () -> client.jobs().forcePeriodic(jobId));
        json.print(
                context(),
                child,
                () -> List.of(
                        "Child Job ID  = " + child.getChildJobId(),
                        "Evaluation ID = " + TextFormat.shortId(child.getEvaluationId()),
                        "",
                        "See: gantry job status " + child.getChildJobId()));
        return GantryCli.DONE;
    }
}
