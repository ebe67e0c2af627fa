package dev.gantry.driver;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** A task that was started: it runs, or it has ended. */
public interface RunningTask {

    /**
     * What the driver calls the task.
     *
     * @return a name that is unique on this machine; for rkt the UUID of the pod
     */
    String podId();

    /**
     * When it was started.
     *
     * @return the time
     */
    Instant startedAt();

    /**
     * How the task ended.
     *
     * @return completed once it has ended, on a thread that must not be held up; never failed
     */
    CompletableFuture<TaskExit> exit();

    /**
     * Ends the task and waits for its end: asks it to, and kills it when it takes too long. Does nothing to a task that
     * has ended.
     *
     * @param killTimeout how long it may take to end by itself, 0 or more
     * @throws InterruptedException if the thread was interrupted; the task may still run then
     */
    void stop(Duration killTimeout) throws InterruptedException;

    /** Frees what an ended task still holds of the driver's, but not its directory or logs. May be called again. */
    void remove();
}
