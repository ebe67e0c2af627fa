package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.ForcePeriodicJobResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gantry job periodic force}: runs a periodic job now. */
@Command(name = "force", description = "Launches a child of a periodic job now and prints the child's id.")
final class PeriodicForceCommand extends ClientCommand {

    @Parameters(paramLabel = "JOB", description = "The periodic job's id.")
    private String jobId;

    PeriodicForceCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        ForcePeriodicJobResponse child = client.jobs().forcePeriodic(jobId);
        print("Child Job ID  = " + child.getChildJobId());
        print("Evaluation ID = " + TextFormat.shortId(child.getEvaluationId()));
        print("");
        print("See: gantry job status " + child.getChildJobId());
        return GantryCli.DONE;
    }
}
