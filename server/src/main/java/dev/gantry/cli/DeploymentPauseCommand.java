package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Deployment;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry deployment pause}. */
@Command(name = "pause", description = "Pauses a deployment: it replaces no more allocations until it is resumed.")
final class DeploymentPauseCommand extends ClientCommand {

    @Parameters(paramLabel = "ID", description = "The deployment's id or a prefix of it.")
    private String deploymentId;

    @Mixin
    private JsonOption json;

    DeploymentPauseCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        Deployment deployment = client.jobs().pauseDeployment(deploymentId);
        json.print(
                context(),
                deployment,
                () -> List.of("==> Deployment \"%s\" of version %d of job \"%s\" is paused"
                        .formatted(
                                TextFormat.shortId(deployment.getId()),
                                deployment.getJobVersion(),
                                deployment.getJobId())));
        return GantryCli.DONE;
    }
}
