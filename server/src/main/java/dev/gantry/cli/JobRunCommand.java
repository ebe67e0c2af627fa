package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.SubmitOptions;
import dev.gantry.jobfile.JobSource;
import dev.gantry.v1.Job;
import dev.gantry.v1.SubmitJobResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry job run}: submits a job and waits until it runs. */
@Command(
        name = "run",
        description = {
            "Submits a job and shows how it is placed and started.",
            "",
            "Ends with 0 once all its allocations run (service) or have completed (batch), or its deployment is"
                    + " successful (service with an update block), and with 1 if a task or the deployment fails, if"
                    + " something can't be placed, or if it takes too long. The job stays submitted in any case:"
                    + " what could not be placed is placed as soon as a node fits.",
            ""
        })
final class JobRunCommand extends ClientCommand {

    @Mixin
    private final JobFileParameter file;

    @Option(
            names = "--check-index",
            paramLabel = "N",
            description = "Submits only if the job's index is still the one that 'job plan' showed; 0: only if there is"
                    + " no such job.")
    private Long checkIndex;

    @Option(
            names = "--output",
            description =
                    "Submits nothing: prints the job as JSON, as it would be submitted. The output is a job file.")
    private boolean output;

    @Mixin
    private FollowOptions follow;

    JobRunCommand(CliContext context, ServerOption outer) {
        super(context, outer);
        this.file = new JobFileParameter(context);
    }

    @Override
    int run(GantryClient client) {
        JobSource source = file.read();
        if (output) {
            print(ProtoJson.jobFile(source.job()));
            return GantryCli.DONE;
        }
        Job job = JobFileParameter.job(source, client);
        SubmitOptions options =
                checkIndex == null ? SubmitOptions.DEFAULT : SubmitOptions.DEFAULT.withCheckIndex(checkIndex);
        SubmitJobResponse submitted =
                JobFileParameter.call(source, () -> client.jobs().submit(job, options));
        if (follow.isDetached(context(), submitted, submitted.getEvaluationId())) {
            return GantryCli.DONE;
        }
        if (job.hasPeriodic() || job.hasParameterized()) {
            String how = job.hasPeriodic()
                    ? "it runs on its schedule; to run it now: gantry job periodic force "
                    : "run it with: gantry job dispatch ";
            print("==> Job \"%s\" version %d is submitted, %s"
                    .formatted(job.getId(), submitted.getVersion(), how + job.getId()));
            return GantryCli.DONE;
        }
        print("==> Job \"%s\" version %d is submitted, evaluation \"%s\""
                .formatted(job.getId(), submitted.getVersion(), TextFormat.shortId(submitted.getEvaluationId())));
        return new JobMonitor(context(), client, follow.waitTimeout())
                .follow(job.getId(), new RunProgress(job, submitted, context()::print));
    }
}
