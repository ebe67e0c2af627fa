package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.PromoteDeploymentResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry deployment promote}: promotes a deployment. */
@Command(
        name = "promote",
        description =
                "Promotes the canaries of a deployment: the other allocations are replaced. A newer deployment of the"
                        + " job is not touched.")
final class DeploymentPromoteCommand extends ClientCommand {

    @Parameters(paramLabel = "ID", description = "The deployment's id or a prefix of it.")
    private String deploymentId;

    @Option(names = "--group", paramLabel = "GROUP", description = "Only this group; can be given many times.")
    private List<String> groups = List.of();

    @Mixin
    private JsonOption json;

    DeploymentPromoteCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        promote(client, client.jobs().deployment(deploymentId), groups, context(), json);
        return GantryCli.DONE;
    }

    /** Promotes this deployment, not a newer one of the same job. */
    static void promote(
            GantryClient client, Deployment deployment, List<String> groups, CliContext context, JsonOption json) {
        PromoteDeploymentResponse promoted = client.jobs().promote(deployment.getId(), groups.toArray(String[]::new));
        json.print(
                context,
                promoted,
                () -> List.of("==> Deployment \"%s\" of version %d of job \"%s\" is promoted, evaluation \"%s\""
                        .formatted(
                                TextFormat.shortId(deployment.getId()),
                                deployment.getJobVersion(),
                                deployment.getJobId(),
                                TextFormat.shortId(promoted.getEvaluationId()))));
    }
}
