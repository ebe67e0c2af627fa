package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.FailDeploymentResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry deployment fail}: ends a deployment. */
@Command(
        name = "fail",
        description =
                "Marks a deployment as failed. With auto_revert, the job is reverted to its newest stable version.")
final class DeploymentFailCommand extends ClientCommand {

    @Parameters(paramLabel = "ID", description = "The deployment's id or a prefix of it.")
    private String deploymentId;

    @Mixin
    private JsonOption json;

    DeploymentFailCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        Deployment deployment = client.jobs().deployment(deploymentId);
        FailDeploymentResponse failed = client.jobs().failDeployment(deployment.getId());
        String follows = failed.hasRevertedTo()
                ? "version " + failed.getRevertedTo() + " comes back"
                : "replaced allocations do not come back";
        json.print(
                context(),
                failed,
                () -> List.of("==> Deployment \"%s\" of version %d of job \"%s\" has failed, %s, evaluation \"%s\""
                        .formatted(
                                TextFormat.shortId(deployment.getId()),
                                deployment.getJobVersion(),
                                deployment.getJobId(),
                                follows,
                                TextFormat.shortId(failed.getEvaluationId()))));
        return GantryCli.DONE;
    }
}
