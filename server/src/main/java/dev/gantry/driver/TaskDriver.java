package dev.gantry.driver;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * Runs tasks of one kind. Tasks outlive the process that started them: a driver keeps its records of a task in {@link
 * TaskDirectory#driver()}, where a later process finds them.
 *
 * <p>All methods may block. Several threads may call them, but for the same task only one thread at a time.
 */
public interface TaskDriver {

    /**
     * Returns the name by which tasks choose this driver.
     *
     * @return the name, such as {@code rkt}
     */
    String name();

    /**
     * Tests whether this machine can run tasks of this driver, and finds the attributes for constraints.
     *
     * @return the fingerprint; if the driver can't be offered, the fingerprint says why
     */
    DriverFingerprint fingerprint();

    /**
     * Makes a task ready to start. This may include fetching the image, so it may take long.
     *
     * @param request the task; its directory exists and has no earlier run of the task
     * @return the task, which does not run yet
     * @throws TaskStartException if the task could not be made ready; it leaves no files or processes
     * @throws InterruptedException if the thread was interrupted; the task leaves no files or processes
     */
    PreparedTask prepare(TaskRequest request) throws TaskStartException, InterruptedException;

    /**
     * Makes a task ready and starts it.
     *
     * @param request as for {@link #prepare}
     * @return the task, started
     * @throws TaskStartException if the task could not be started; no process of the task is left
     * @throws InterruptedException if the thread was interrupted; no process of the task is left
     */
    default RunningTask start(TaskRequest request) throws TaskStartException, InterruptedException {
        return prepare(request).run();
    }

    /**
     * Finds a task that an earlier process of this node has started. The task may still run, or have ended. A starting
     * node calls this method for each of its tasks before it connects. The method reads files and the process table,
     * and runs no program.
     *
     * @param directory the task's directory
     * @return the task; empty if it was never started. An interrupted start can't go on after this call; {@link #sweep}
     *     removes what the start has left
     */
    Optional<RunningTask> find(TaskDirectory directory);

    /**
     * Removes the remains of tasks of this node. Stops running tasks of unknown allocations, and frees tasks that ended
     * or never ran. Does not touch tasks of other nodes, tasks that this process has found or started, or running tasks
     * of known allocations.
     *
     * @param isKnown decides by its id whether an allocation may still be wanted; called on this thread, right before
     *     anything of the allocation is removed
     * @return false if a task that should be removed is left, because its records can't be read or it does not end
     */
    boolean sweep(Predicate<String> isKnown);

    /**
     * Removes unused files of this driver's runtime, such as images, if a collection is due. Keeps all files of tasks
     * that run, are ready to start or are being prepared. Called about once a minute, always by the same thread. May
     * block.
     */
    default void collectGarbage() {}
}
