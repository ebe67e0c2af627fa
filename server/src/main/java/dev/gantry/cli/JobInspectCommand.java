package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.View;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job inspect}: prints a stored job as a job file. */
@Command(
        name = "inspect",
        description = {
            "Prints a stored job as JSON, with its defaults. The output is a job file: 'job run' submits it again.",
            "",
            "'job status --json' shows its status and its allocations.",
            ""
        })
final class JobInspectCommand extends ClientCommand {

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String jobId;

    @Option(names = "--version", paramLabel = "N", description = "The version. Default: the newest.")
    private Long version;

    @Option(names = "-t", paramLabel = "TEMPLATE", description = "Prints what a template in Go's language makes of it.")
    private JsonTemplate template;

    JobInspectCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        // What the server has set is refused in a submission.
        Job job = JobPrefix.read(client, jobId, id -> find(client, id)).toBuilder()
                .clearParentId()
                .clearPayload()
                .build();
        String file = ProtoJson.jobFile(job);
        print(template == null ? file : template.render(file));
        return GantryCli.DONE;
    }

    private Job find(GantryClient client, String id) {
        if (version == null) {
            return client.jobs().get(id).getJob().getJob();
        }
        return client.jobs()
                .versions(id, View.VIEW_FULL)
                .filter(one -> one.getVersion() == version)
                .findFirst()
                .map(JobRecord::getJob)
                .orElseThrow(() -> new CommandFailedException(
                        "job \"%s\" has no version %d. To list its versions: gantry job history %1$s"
                                .formatted(id, version)));
    }
}
