package dev.gantry.model;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Supplier;

/**
 * A scheduler whose tasks do not fail silently. Java's own stores a task's exception in a future, which is never read,
 * and stops repeating the task. This scheduler passes the exception to the uncaught exception handler of its thread.
 *
 * <p>After its shutdown it ignores new tasks and drops waiting ones.
 */
public final class EscalatingScheduler extends ScheduledThreadPoolExecutor {

    /**
     * Makes a scheduler.
     *
     * @param threads makes its only thread
     */
    public EscalatingScheduler(ThreadFactory threads) {
        super(1, threads, new ThreadPoolExecutor.DiscardPolicy());
        setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Passes a failure that was caught and can't be handled to the uncaught exception handler of this thread.
     *
     * @param failure the failure
     */
    public static void escalate(Throwable failure) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
    }

    /**
     * Makes work escalate an Error before the Error disappears in a future.
     *
     * @param work the work
     * @param <T> the type of its result
     * @return the same work, which also throws the same
     */
    public static <T> Supplier<T> escalating(Supplier<T> work) {
        return () -> {
            try {
                return work.get();
            } catch (Error e) {
                escalate(e);
                throw e;
            }
        };
    }

    @Override
    protected void afterExecute(Runnable task, Throwable thrown) {
        super.afterExecute(task, thrown);
        if (thrown == null && task instanceof Future<?> future && future.isDone() && !future.isCancelled()) {
            try {
                future.get();
            } catch (ExecutionException e) {
                escalate(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
