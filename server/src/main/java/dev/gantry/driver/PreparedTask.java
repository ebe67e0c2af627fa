package dev.gantry.driver;

/**
 * A task that is ready to start, but of which nothing runs. One of the two methods is called, once, by the thread that
 * has prepared it. What becomes of one that is forgotten, because the process of the node ends, is for {@link
 * TaskDriver#sweep}.
 */
public interface PreparedTask {

    /**
     * Starts it.
     *
     * @return the task, started
     * @throws TaskStartException if it could not be started; nothing of it is left running
     * @throws InterruptedException if the thread was interrupted meanwhile; nothing of the task is left running
     */
    RunningTask run() throws TaskStartException, InterruptedException;

    /** Frees what it holds: it shall not run after all. */
    void discard();
}
