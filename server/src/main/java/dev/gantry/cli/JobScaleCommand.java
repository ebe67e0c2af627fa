package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.v1.Job;
import dev.gantry.v1.ScaleJobResponse;
import dev.gantry.v1.SubmitJobResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry job scale}: changes the count of a group and waits until it runs. */
@Command(
        name = "scale",
        description = {
            "Submits a job again with another count of one group, as a new version, and follows it as 'job run' does.",
            ""
        })
final class JobScaleCommand extends ClientCommand {

    @Parameters(index = "0", paramLabel = "JOB", description = "The job's id.")
    private String jobId;

    @Parameters(
            index = "1",
            paramLabel = "[GROUP]",
            description = "The group; may be left out if the job has only one.")
    private String groupOrCount;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "COUNT",
            hideParamSyntax = true,
            description = "The group's new count.")
    private String countAfterGroup;

    @Mixin
    private FollowOptions follow;

    JobScaleCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        String group = countAfterGroup == null ? "" : groupOrCount;
        int count = count(countAfterGroup == null ? groupOrCount : countAfterGroup);
        ScaleJobResponse scaled =
                JobPrefix.change(client, jobId, () -> client.jobs().scale(jobId, group, count));
        if (follow.isDetached(context(), scaled, scaled.getEvaluationId())) {
            return GantryCli.DONE;
        }
        print("==> Job \"%s\" is scaled to %d%s as version %d, evaluation \"%s\""
                .formatted(
                        jobId,
                        count,
                        group.isEmpty() ? "" : " of group \"%s\"".formatted(group),
                        scaled.getVersion(),
                        TextFormat.shortId(scaled.getEvaluationId())));
        Job job = client.jobs().get(jobId).getJob().getJob();
        if (job.hasPeriodic() || job.hasParameterized()) {
            return GantryCli.DONE;
        }
        return new JobMonitor(context(), client, follow.waitTimeout())
                .follow(jobId, new RunProgress(job, submission(scaled), context()::print));
    }

    private static int count(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new CommandFailedException("\"%s\" is no count: write a whole number".formatted(text));
        }
    }

    private static SubmitJobResponse submission(ScaleJobResponse scaled) {
        return SubmitJobResponse.newBuilder()
                .setEvaluationId(scaled.getEvaluationId())
                .setVersion(scaled.getVersion())
                .setModifyIndex(scaled.getModifyIndex())
                .build();
    }
}
