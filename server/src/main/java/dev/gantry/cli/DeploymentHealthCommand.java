package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Deployment;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry deployment health}: says which allocations of a deployment are healthy. */
@Command(
        name = "health",
        description =
                "Says which allocations of a deployment are healthy, for groups with health_check = \"manual\". An"
                        + " unhealthy one fails the deployment.")
final class DeploymentHealthCommand extends ClientCommand {

    @Parameters(paramLabel = "ID", description = "The deployment's id or a prefix of it.")
    private String deploymentId;

    @Option(
            names = "--healthy",
            paramLabel = "ALLOCATION",
            description = "A healthy allocation: its id or the first 8 characters of it; can be given many times.")
    private List<String> healthy = List.of();

    @Option(
            names = "--unhealthy",
            paramLabel = "ALLOCATION",
            description = "An unhealthy allocation, likewise; can be given many times.")
    private List<String> unhealthy = List.of();

    @Mixin
    private JsonOption json;

    DeploymentHealthCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        Deployment known = client.jobs().deployment(deploymentId);
        Deployment changed = client.jobs().setDeploymentHealth(known.getId(), healthy, unhealthy);
        json.print(
                context(),
                changed,
                () -> List.of("==> Deployment \"%s\" of version %d of job \"%s\": %d healthy, %d unhealthy, %s"
                        .formatted(
                                TextFormat.shortId(changed.getId()),
                                changed.getJobVersion(),
                                changed.getJobId(),
                                healthy.size(),
                                unhealthy.size(),
                                changed.getDescription())));
        return GantryCli.DONE;
    }
}
