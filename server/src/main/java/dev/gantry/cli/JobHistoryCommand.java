package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.JobRecord;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry job history}: the versions of a job. */
@Command(name = "history", description = "Shows the versions of a job, newest first, and which of them are stable.")
final class JobHistoryCommand extends ClientCommand {

    @Parameters(paramLabel = "JOB", description = "The job's id or a prefix of it.")
    private String jobId;

    @Mixin
    private JsonOption json;

    @Mixin
    private FullOption full;

    JobHistoryCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        List<JobRecord> versions = JobPrefix.read(
                client, jobId, id -> client.jobs().versions(id, full.view()).toList());
        json.print(context(), versions, () -> lines(versions));
        return GantryCli.DONE;
    }

    private static List<String> lines(List<JobRecord> versions) {
        return new Table("Version", "Stable", "Submit Date")
                .rows(
                        versions,
                        version -> List.of(
                                Long.toString(version.getVersion()),
                                TextFormat.yes(version.getStable()),
                                TimeFormat.exact(version.getSubmitTime())))
                .lines();
    }
}
