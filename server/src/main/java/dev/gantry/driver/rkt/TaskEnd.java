package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskExit;
import dev.gantry.files.IoFailures;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Determines how a task ended, once its supervisor has ended. */
final class TaskEnd {

    private static final Logger LOG = LoggerFactory.getLogger(TaskEnd.class);

    /** The exit code of rkt if rkt itself has failed, not the app. */
    private static final int RKT_FAILED = 254;

    private static final int LOG_END = 4096;

    /** The time limit for copying the output of a pod that was stopped here. */
    private static final Duration COPYING = Duration.ofSeconds(3);

    private final PodRecord pod;
    private final RktCli rkt;
    private final PodRemains remains;
    private final RunFiles files;
    private final TaskDirectory directory;
    private final InstantSource clock;

    TaskEnd(PodRecord pod, RktCli rkt, PodRemains remains, TaskDirectory directory, InstantSource clock) {
        this.pod = pod;
        this.rkt = rkt;
        this.remains = remains;
        this.files = RunFiles.of(directory);
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * Returns the end that the supervisor recorded. Without a record, stops the pod, since the pod has no supervisor
     * any more.
     */
    TaskExit find() {
        try {
            Optional<RunFiles.Exit> exit = files.exit(pod.uuid());
            return exit.isPresent() ? written(exit.get()) : lost();
        } catch (IOException e) {
            return unknown("The exit code can't be read: " + IoFailures.reason(e));
        }
    }

    private TaskExit written(RunFiles.Exit exit) throws IOException {
        String message = switch (exit.code()) {
            case RKT_FAILED -> ExitMessages.of(exit.code()) + whatRktSaid();
            case ExitMessages.KILLED -> isOutOfMemory() ? ExitMessages.OUT_OF_MEMORY : ExitMessages.of(exit.code());
            default -> ExitMessages.of(exit.code());
        };
        return new TaskExit(OptionalInt.of(exit.code()), exit.at(), message + lostOutput());
    }

    /** Returns rkt's error, which is in the task's standard error. */
    private String whatRktSaid() {
        try {
            String last = RktErrors.message(
                    "run-prepared", directory.lastOfStderr(LOG_END).toStringUtf8());
            return RktErrors.isFromRun(last) ? ": rkt " + last : "";
        } catch (IOException e) {
            LOG.info("Pod {}: rkt's error can't be read: {}", pod.uuid(), e.getMessage());
            return "";
        }
    }

    /** Returns true if rkt reports an OOM kill. Not every rkt does so. */
    private boolean isOutOfMemory() {
        try {
            return rkt.status(pod.uuid()).filter(PodStatus::isOutOfMemory).isPresent();
        } catch (RktException e) {
            LOG.info("Pod {}: why it was killed is unknown: {}", pod.uuid(), e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String lostOutput() throws IOException {
        return files.lostOutput(pod.uuid()).map(why -> "; " + why).orElse("");
    }

    private String whatHappened() throws IOException {
        Optional<ProcessIdentity> supervisor = files.supervisor(pod.uuid());
        if (supervisor.isEmpty()) {
            return "The supervisor ended before it ran the pod";
        }
        if (supervisor.get().isOfEarlierBoot()) {
            return "The machine was restarted while the task ran";
        }
        return "The task's supervisor was killed";
    }

    private TaskExit lost() throws IOException {
        TaskExit exit = lost(whatHappened());
        try {
            // The output is complete only after this.
            remains.end(pod.uuid(), files);
            Copiers.awaitEnd(pod.uuid(), COPYING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return exit;
    }

    private TaskExit lost(String happened) {
        try {
            Optional<PodStatus> status = rkt.status(pod.uuid());
            if (status.isEmpty()) {
                return unknown(happened + "; rkt knows the pod no more");
            }
            if (status.get().state().hasExited() && status.get().exitCode().isPresent()) {
                int code = status.get().exitCode().getAsInt();
                return new TaskExit(OptionalInt.of(code), clock.instant(), ExitMessages.of(code));
            }
            if (status.get().state() == PodState.RUNNING) {
                stop();
                return unknown(happened + "; its pod still ran and was stopped");
            }
            return unknown(happened);
        } catch (RktException e) {
            return unknown(happened + "; " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unknown(happened);
        }
    }

    /**
     * Kills the pod and its descendants. Some versions of rkt report a pod as running while a child of its app runs.
     */
    private void stop() throws RktException, InterruptedException {
        remains.end(pod.uuid(), files);
        if (rkt.isRunning(pod.uuid())) {
            rkt.kill(pod.uuid());
        }
    }

    private TaskExit unknown(String message) {
        return new TaskExit(OptionalInt.empty(), clock.instant(), message);
    }
}
