package dev.gantry.driver;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** A task that was started: it runs, or it has ended. */
public interface RunningTask {

    /**
     * Returns the name that the driver gives the task.
     *
     * @return a name that is unique on this machine; for rkt the UUID of the pod
     */
    String podId();

    /**
     * Returns the time at which the task was started.
     *
     * @return the time
     */
    Instant startedAt();

    /**
     * Returns the end of the task.
     *
     * @return completed once it has ended, on a thread that must not be held up; never failed
     */
    CompletableFuture<TaskExit> exit();

    /**
     * Ends the task and waits for its end: sends the signal, and kills the task when it takes too long. Does nothing to
     * a task that has ended.
     *
     * @param how the signal, and how long to wait
     * @throws InterruptedException if the thread was interrupted; the task may still run then
     */
    void stop(TaskStop how) throws InterruptedException;

    /**
     * Runs a command inside the task.
     *
     * @param command what to run, and for how long at most
     * @return how it ended by itself
     * @throws TaskCommandException if it could not be run, or took too long and was ended
     * @throws InterruptedException if the thread was interrupted; the command is ended then
     */
    TaskCommand.Outcome run(TaskCommand command) throws TaskCommandException, InterruptedException;

    /** Frees the driver's resources of an ended task, but not its directory or logs. May be called again. */
    void remove();
}
