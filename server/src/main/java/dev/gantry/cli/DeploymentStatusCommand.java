package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Deployment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry deployment status}: shows a deployment. */
@Command(name = "status", description = "Shows one deployment.")
final class DeploymentStatusCommand extends ClientCommand {

    @Parameters(paramLabel = "ID", description = "The deployment's id or a prefix of it.")
    private String deploymentId;

    @Mixin
    private JsonOption json;

    DeploymentStatusCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        Deployment deployment = client.jobs().deployment(deploymentId);
        json.print(context(), deployment, () -> DeploymentView.one(deployment));
        return GantryCli.DONE;
    }
}
