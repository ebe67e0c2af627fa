package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.GetJobResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job promote}: goes on with the newest deployment of a job. */
@Command(
        name = "promote",
        description = {
            "Goes on with the newest deployment of a job, whose canaries are good: the rest is replaced.",
            "",
            "Promotes the deployment that is the newest when the command begins. To promote no other than one that you"
                    + " have looked at: gantry deployment promote ID",
            ""
        })
final class JobPromoteCommand extends ClientCommand {

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String jobId;

    @Option(names = "--group", paramLabel = "GROUP", description = "Only this group; can be given many times.")
    private List<String> groups = List.of();

    JobPromoteCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        DeploymentPromoteCommand.promote(client, newest(client), groups, context());
        return GantryCli.DONE;
    }

    private Deployment newest(GantryClient client) {
        GetJobResponse job = client.jobs().get(jobId);
        if (!job.hasDeployment()) {
            throw new CommandFailedException(
                    "Job \"%s\" never had a deployment: give it an update block and run it".formatted(jobId));
        }
        return job.getDeployment();
    }
}
