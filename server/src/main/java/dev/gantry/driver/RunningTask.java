package dev.gantry.driver;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** A task that was started. It runs, or it has ended. */
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
     * Returns a future of the task's end.
     *
     * @return completed once the task has ended, on a thread that callbacks must not block; never failed
     */
    CompletableFuture<TaskExit> exit();

    /**
     * Stops the task and waits for its end: sends the signal, and kills the task if it has not ended after the timeout.
     * Does nothing to a task that has ended.
     *
     * @param how the signal and the timeout
     * @throws InterruptedException if the thread was interrupted; the task may still run then
     */
    void stop(TaskStop how) throws InterruptedException;

    /**
     * Sends a signal to the task.
     *
     * @param signal the signal, such as SIGHUP
     * @throws TaskCommandException if it could not be sent
     * @throws InterruptedException if the thread was interrupted; the signal may have been sent
     */
    void signal(String signal) throws TaskCommandException, InterruptedException;

    /**
     * Runs a command inside the task.
     *
     * @param command the command and its time limit
     * @return the exit code and the output of the command
     * @throws TaskCommandException if the command could not be run, or was killed at its time limit
     * @throws InterruptedException if the thread was interrupted; the command is killed
     */
    TaskCommand.Outcome run(TaskCommand command) throws TaskCommandException, InterruptedException;

    /**
     * Frees the driver's resources of an ended task, but keeps the task's directory and logs. May be called several
     * times.
     */
    void remove();
}
