package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.JobQuery;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.JobRecord;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry job status}: all jobs, or one. */
@Command(name = "status", description = "Shows all jobs, or one job with its allocations and what keeps it waiting.")
final class JobStatusCommand extends ClientCommand {

    @Parameters(
            arity = "0..1",
            paramLabel = "JOB",
            description = "The job's id or a prefix of it. Without it: all jobs.")
    private String jobId;

    @Mixin
    private JsonOption json;

    @Mixin
    private FullOption full;

    @Mixin
    private VerboseOption verbose;

    @Mixin
    private ShortOption brief;

    JobStatusCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        if (jobId == null) {
            showAll(client);
        } else {
            GetJobResponse job = JobPrefix.read(client, jobId, client.jobs()::get);
            json.print(
                    context(),
                    job,
                    () -> brief.of(new JobView(new TimeFormat(context().clock()), verbose)
                            .one(job, children(client, job.getJob()))));
        }
        return GantryCli.DONE;
    }

    /** Returns the newest children of a periodic or parameterized job, newest first, at most as many as are counted. */
    private static List<JobRecord> children(GantryClient client, JobRecord parent) {
        if (!parent.getJob().hasPeriodic() && !parent.getJob().hasParameterized()) {
            return List.of();
        }
        String id = parent.getJob().getId();
        // The ids of children sort by time.
        return client.jobs()
                .list(JobQuery.ALL.childrenOf(id).beginningWith(id + "/").reversed())
                .limit(JobView.CHILDREN_COUNTED)
                .toList();
    }

    private void showAll(GantryClient client) {
        List<JobRecord> jobs = client.jobs()
                .list(full.isFull() ? JobQuery.ALL.whole() : JobQuery.ALL)
                .toList();
        json.print(context(), jobs, () -> JobView.all(jobs));
    }
}
