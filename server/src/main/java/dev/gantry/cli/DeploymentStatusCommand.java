package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.GetJobResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry deployment status}: how far the newest deployment of a job is. */
@Command(name = "status", description = "Shows the newest deployment of a job. Ends with 1 if it never had one.")
final class DeploymentStatusCommand extends ClientCommand {

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String jobId;

    @Mixin
    private JsonOption json;

    DeploymentStatusCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        GetJobResponse job = client.jobs().get(jobId);
        if (!job.hasDeployment()) {
            throw new CommandFailedException(
                    "Job \"%s\" never had a deployment: give it an update block and run it".formatted(jobId));
        }
        json.print(context(), job.getDeployment(), () -> DeploymentView.one(job.getDeployment()));
        return GantryCli.DONE;
    }
}
