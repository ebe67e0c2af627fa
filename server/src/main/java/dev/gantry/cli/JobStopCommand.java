package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.NotFoundException;
import dev.gantry.client.PreconditionFailedException;
import dev.gantry.v1.StopJobResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job stop}: stops a job and waits until its allocations have ended. */
@Command(
        name = "stop",
        description = {
            "Stops all allocations of a job and waits until they have ended. The job stays known, unless it is purged.",
            "",
            "Ends with 1 if they have not ended in time; they are stopped all the same.",
            ""
        })
final class JobStopCommand extends ClientCommand {

    private static final int PURGE_ATTEMPTS = 20;
    private static final Duration PURGE_INTERVAL = Duration.ofMillis(250);

    @ArgGroup(multiplicity = "1")
    private Which which;

    @Mixin
    private JobVariableOptions variables;

    @Option(names = "--detach", description = "Does not wait, and prints the evaluation's id.")
    private boolean detach;

    @Option(
            names = "--purge",
            description = "Deletes the job once its allocations have ended, with its versions and its children.")
    private boolean purge;

    @Option(
            names = "--wait-timeout",
            paramLabel = "DURATION",
            defaultValue = "5m",
            description = "How long to wait; 0: no limit. Default: ${DEFAULT-VALUE}.")
    private Duration waitTimeout;

    @Mixin
    private JsonOption json;

    JobStopCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        if (purge && (detach || json.isGiven())) {
            throw new CommandFailedException(
                    "--purge waits until the job's allocations have ended: leave out --detach and --json");
        }
        String jobId = jobId();
        StopJobResponse stopped = stop(client, jobId);
        if (json.isGiven()) {
            json.print(context(), stopped, List::of);
            return GantryCli.DONE;
        }
        if (detach) {
            print(stopped.getEvaluationId());
            return GantryCli.DONE;
        }
        print("==> Job \"%s\" is being stopped, evaluation \"%s\""
                .formatted(jobId, TextFormat.shortId(stopped.getEvaluationId())));
        int exitCode = new JobMonitor(context(), client, waitTimeout)
                .follow(jobId, new StopProgress(stopped, context()::print));
        if (purge && exitCode == GantryCli.DONE) {
            purge(client, jobId, stopped.getModifyIndex());
            print("==> Job \"%s\" is deleted".formatted(jobId));
        }
        return exitCode;
    }

    /** The evaluation of an allocation's end may still be under way. */
    private static void purge(GantryClient client, String jobId, long index) {
        for (int attempts = 1; ; attempts++) {
            try {
                client.jobs().purge(jobId, index);
                return;
            } catch (PreconditionFailedException e) {
                if (attempts == PURGE_ATTEMPTS) {
                    throw e;
                }
                Pause.of(PURGE_INTERVAL);
            }
        }
    }

    private String jobId() {
        return which.file == null
                ? which.jobId
                : variables.read(context(), which.file).job().getId();
    }

    private StopJobResponse stop(GantryClient client, String jobId) {
        try {
            return JobPrefix.change(client, jobId, () -> client.jobs().stop(jobId));
        } catch (NotFoundException e) {
            if (which.file == null && Files.isRegularFile(Path.of(jobId))) {
                throw new CommandFailedException(
                        "%s. To stop the job of the file: gantry job stop -f %s".formatted(e.getMessage(), jobId));
            }
            throw e;
        }
    }

    /** The job's id or a file with the job. The two are never guessed: a file may have the name of a job. */
    private static final class Which {

        @Parameters(paramLabel = "JOB", description = "The job's id.")
        private String jobId;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "A job file that says the id, in HCL or as the protocol's JSON. - reads standard input.")
        private String file;
    }
}
