package dev.gantry.driver;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * Runs tasks of one kind. Tasks outlive the process that started them: what a driver must remember of a task it keeps in
 * {@link TaskDirectory#driver()}, and finds there again.
 *
 * <p>All methods may block; they may be called from several threads, but for one task from one thread at a time.
 */
public interface TaskDriver {

    /**
     * By which name tasks choose this driver.
     *
     * @return the name, such as {@code rkt}
     */
    String name();

    /**
     * Looks whether this machine can run tasks of this driver, and what constraints may know of it.
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
     * Finds a task that was started by an earlier process of this node, whether it still runs or has ended meanwhile. A node
     * that starts asks this of all its tasks before it connects: it reads files and the process table, and calls no other
     * program.
     *
     * @param directory the task's directory
     * @return the task; empty if it was never started, and then a start that was interrupted can't go on any more. What
     *     that start has left is for {@link #sweep}
     */
    Optional<RunningTask> find(TaskDirectory directory);

    /**
     * Removes what tasks of this node have left behind. Stops what still runs of allocations that nobody knows any more, and
     * frees what no longer runs, or never did. Does not touch what was not made by this node, nor what this process has
     * found or started, nor what runs of an allocation that is known.
     *
     * @param isKnown tells by its id whether an allocation may still be wanted; asked on this thread, right before
     *     anything of the allocation is removed
     * @return false if something stays that should go: it could not be looked at, or does not end
     */
    boolean sweep(Predicate<String> isKnown);

    /**
     * Removes what this driver's runtime has stored and nobody uses any more, such as images, if it is time for that. Removes
     * nothing that a task uses which runs, is ready to start or is being made ready. Called about once a minute, always on
     * one thread, which it may hold up.
     */
    default void collectGarbage() {}
}
