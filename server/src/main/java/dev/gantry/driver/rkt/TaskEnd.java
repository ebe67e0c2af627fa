package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskExit;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;

/** Finds out how a task ended whose supervisor lives no more. */
final class TaskEnd {

    private final PodRecord pod;
    private final RktCli rkt;
    private final RunFiles files;
    private final InstantSource clock;

    TaskEnd(PodRecord pod, RktCli rkt, RunFiles files, InstantSource clock) {
        this.pod = pod;
        this.rkt = rkt;
        this.files = files;
        this.clock = clock;
    }

    /** The end as the supervisor wrote it down; if it could not, the pod is stopped, for nobody owns it any more. */
    TaskExit find() {
        try {
            Optional<RunFiles.Exit> exit = files.exit(pod.uuid());
            return exit.isPresent() ? written(exit.get()) : lost(whatHappened());
        } catch (IOException e) {
            return unknown("The exit code can't be read: " + e.getMessage());
        }
    }

    private TaskExit written(RunFiles.Exit exit) {
        return new TaskExit(OptionalInt.of(exit.code()), exit.at(), ExitMessages.of(exit.code()));
    }

    private String whatHappened() throws IOException {
        Optional<ProcessIdentity> supervisor = files.supervisor(pod.uuid());
        if (supervisor.isEmpty()) {
            return "The supervisor ended before it ran the pod";
        }
        if (supervisor.get().isOfEarlierBoot()) {
            return "The machine was restarted while the task ran";
        }
        ProcessGroups.killLeftOf(supervisor.get().pid(), pod.uuid());
        return "The task's supervisor was killed";
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
                rkt.kill(pod.uuid());
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

    private TaskExit unknown(String message) {
        return new TaskExit(OptionalInt.empty(), clock.instant(), message);
    }
}
