package dev.gantry.cli;

import dev.gantry.cli.jobfile.JobFiles;
import dev.gantry.client.GantryClient;
import dev.gantry.v1.StopJobResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job stop}: stops a job and waits until nothing of it runs. */
@Command(
        name = "stop",
        description = {
            "Stops all allocations of a job and waits until they have ended. The job stays known.",
            "",
            "Ends with 1 if they have not ended in time; they are stopped all the same.",
            ""
        })
final class JobStopCommand extends ClientCommand {

    @Parameters(
            paramLabel = "JOB",
            description = "The job's id, or a job file that says it. - reads the job file from standard input.")
    private String job;

    @Option(names = "--detach", description = "Does not wait, and prints the evaluation's id.")
    private boolean detach;

    @Option(
            names = "--wait-timeout",
            paramLabel = "DURATION",
            defaultValue = "5m",
            description = "For how long to wait; 0: for ever. Default: ${DEFAULT-VALUE}.")
    private Duration waitTimeout;

    JobStopCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        String jobId = jobId();
        StopJobResponse stopped = client.jobs().stop(jobId);
        if (detach) {
            print(stopped.getEvaluationId());
            return GantryCli.DONE;
        }
        print("==> Job \"%s\" is being stopped, evaluation \"%s\""
                .formatted(jobId, Words.shortId(stopped.getEvaluationId())));
        return new Monitor(context(), client, waitTimeout).follow(jobId, new StopProgress(stopped, context()::print));
    }

    private String jobId() {
        if (job.equals("-")) {
            return JobFiles.read("standard input", context().console().in()).getId();
        }
        Path file = Path.of(job);
        return Files.isRegularFile(file) ? JobFiles.read(file).getId() : job;
    }
}
