package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Deployment;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry deployment list}: the deployments of all jobs. */
@Command(name = "list", description = "Shows the deployments of all jobs or of one, newest first.")
final class DeploymentListCommand extends ClientCommand {

    @Option(names = "--job", paramLabel = "JOB", defaultValue = "", description = "Only those of this job.")
    private String jobId;

    @Mixin
    private JsonOption json;

    @Mixin
    private VerboseOption verbose;

    DeploymentListCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<Deployment> deployments = JobPrefix.list(
                client, jobId, id -> client.jobs().deployments(id).toList());
        json.print(context(), deployments, () -> DeploymentView.all(deployments, verbose));
        return GantryCli.DONE;
    }
}
