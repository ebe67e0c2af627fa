package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.FailDeploymentResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gantry deployment fail}: ends a deployment. */
@Command(
        name = "fail",
        description = "Ends the newest deployment of a job as failed. With auto_revert, the newest stable version"
                + " comes back.")
final class DeploymentFailCommand extends ClientCommand {

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String jobId;

    DeploymentFailCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        FailDeploymentResponse failed = client.jobs().failDeployment(jobId);
        String follows = failed.hasRevertedTo()
                ? "version " + failed.getRevertedTo() + " comes back"
                : "what was replaced stays as it is";
        print("==> The deployment of job \"%s\" has failed, %s, evaluation \"%s\""
                .formatted(jobId, follows, Words.shortId(failed.getEvaluationId())));
        return GantryCli.DONE;
    }
}
