package dev.gantry.driver;

/**
 * A task that is ready to start and does not run yet. The thread that has prepared the task calls one of the two
 * methods, once. If the node's process ends before this call, {@link TaskDriver#sweep} removes the task.
 */
public interface PreparedTask {

    /**
     * Starts it.
     *
     * @return the task, started
     * @throws TaskStartException if the task could not be started; no process of the task is left
     * @throws InterruptedException if the thread was interrupted; no process of the task is left
     */
    RunningTask run() throws TaskStartException, InterruptedException;

    /** Frees the resources of a task that is not started. */
    void discard();
}
