package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Job;
import dev.gantry.v1.RevertJobResponse;
import dev.gantry.v1.SubmitJobResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job revert}: submits an older version of a job again and waits until it runs. */
@Command(
        name = "revert",
        description = {
            "Submits an older version of a job again, as a new version, and follows it as 'job run' does.",
            "",
            "'job history' shows the versions that are known.",
            ""
        })
final class JobRevertCommand extends ClientCommand {

    @Parameters(index = "0", paramLabel = "JOB", description = "The job's id.")
    private String jobId;

    @Parameters(index = "1", paramLabel = "VERSION", description = "The version to submit again.")
    private long version;

    @Option(
            names = "--check-index",
            paramLabel = "N",
            description = "Only if the job's index is still this one, as 'job status' showed it.")
    private Long checkIndex;

    @Mixin
    private FollowOptions follow;

    JobRevertCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        RevertJobResponse reverted = checkIndex == null
                ? JobPrefix.change(client, jobId, () -> client.jobs().revert(jobId, version))
                : JobPrefix.change(client, jobId, () -> client.jobs().revert(jobId, version, checkIndex));
        if (follow.isDetached(context(), reverted, reverted.getEvaluationId())) {
            return GantryCli.DONE;
        }
        print("==> Version %d of job \"%s\" is back as version %d, evaluation \"%s\""
                .formatted(version, jobId, reverted.getVersion(), TextFormat.shortId(reverted.getEvaluationId())));
        Job job = client.jobs().get(jobId).getJob().getJob();
        if (job.hasPeriodic() || job.hasParameterized()) {
            return GantryCli.DONE;
        }
        return new JobMonitor(context(), client, follow.waitTimeout())
                .follow(jobId, new RunProgress(job, submission(reverted), context()::print));
    }

    private static SubmitJobResponse submission(RevertJobResponse reverted) {
        return SubmitJobResponse.newBuilder()
                .setEvaluationId(reverted.getEvaluationId())
                .setVersion(reverted.getVersion())
                .setModifyIndex(reverted.getModifyIndex())
                .build();
    }
}
