package dev.gantry.driver;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * Runs tasks of one kind. Tasks outlive the process that started them: a driver keeps its records of a task in {@link
 * TaskDirectory#driver()}, where a later process finds them.
 *
 * <p>All methods may block; they may be called from several threads, but for one task from one thread at a time.
 */
public interface TaskDriver {

    /**
     * Returns the name by which tasks choose this driver.
     *
     * @return the name, such as {@code rkt}
     */
    String name();

    /**
     * Finds out whether this machine can run tasks of this driver, and the attributes for constraints.
     *
     * @return what was found; a driver that can't be offered says why, it does not throw
     */
    DriverFingerprint fingerprint();

    /**
     * Makes a task ready to start, which may take as long as its image takes to come.
     *
     * @param request what to run; the directory exists and holds no earlier run of the task
     * @return the task, of which nothing runs yet
     * @throws TaskStartException if it could not be made ready; nothing of it is left
     * @throws InterruptedException if the thread was interrupted meanwhile; nothing of the task is left
     */
    PreparedTask prepare(TaskRequest request) throws TaskStartException, InterruptedException;

    /**
     * Makes a task ready and starts it.
     *
     * @param request as for {@link #prepare}
     * @return the task, started
     * @throws TaskStartException if it could not be started; nothing of it is left running
     * @throws InterruptedException if the thread was interrupted meanwhile; nothing of the task is left running
     */
    default RunningTask start(TaskRequest request) throws TaskStartException, InterruptedException {
        return prepare(request).run();
    }

    /**
     * Finds a task that was started by an earlier process of this node, whether it still runs or has ended meanwhile. A
     * node that starts calls this for each of its tasks before it connects. It reads files and the process table, and
     * runs no program.
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
     * @return false if something is left that should be removed: it could not be read, or does not end
     */
    boolean sweep(Predicate<String> isKnown);

    /**
     * Removes unused files of this driver's runtime, such as images, if it is time for that. Removes nothing that is
     * used by a task that runs, is ready to start or is being prepared. Called about once a minute, always on one
     * thread; may block.
     */
    default void collectGarbage() {}
}
