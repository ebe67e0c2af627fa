package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.GetJobResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job promote}: promotes the newest deployment of a job. */
@Command(
        name = "promote",
        description = {
            "Promotes the canaries of the newest deployment of a job: the other allocations are replaced.",
            "",
            "The newest deployment when the command begins is promoted. To promote a certain one: gantry deployment"
                    + " promote ID",
            ""
        })
final class JobPromoteCommand extends ClientCommand {

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String jobId;

    @Option(names = "--group", paramLabel = "GROUP", description = "Only this group; can be given many times.")
    private List<String> groups = List.of();

    @Mixin
    private JsonOption json;

    JobPromoteCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        DeploymentPromoteCommand.promote(client, newest(client), groups, context(), json);
        return GantryCli.DONE;
    }

    private Deployment newest(GantryClient client) {
        GetJobResponse job = JobPrefix.change(client, jobId, () -> client.jobs().get(jobId));
        if (!job.hasDeployment()) {
            throw new CommandFailedException(
                    "Job \"%s\" never had a deployment: give it an update block and run it".formatted(jobId));
        }
        return job.getDeployment();
    }
}
