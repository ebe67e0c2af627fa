package dev.gantry.driver;

/**
 * A task that is ready to start; nothing of it runs. The thread that has prepared it calls one of the two methods,
 * once. If the process of the node ends before, {@link TaskDriver#sweep} removes the task.
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

    /** Frees the resources of a task that is not started. */
    void discard();
}
