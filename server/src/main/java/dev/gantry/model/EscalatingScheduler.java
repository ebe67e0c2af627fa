package dev.gantry.model;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Supplier;

/**
 * A scheduler whose tasks do not fail in silence. Java's own keeps what a task throws in a future that nobody asks, and does
 * not run a regular task again; this one hands it to the uncaught exception handler of its thread.
 *
 * <p>Once it is shut down it passes over what it is given, and forgets what waits.
 */
public final class EscalatingScheduler extends ScheduledThreadPoolExecutor {

    /**
     * Makes a scheduler.
     *
     * @param threads makes its thread
     */
    public EscalatingScheduler(ThreadFactory threads) {
        super(1, threads, new ThreadPoolExecutor.DiscardPolicy());
        setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Hands a failure that its catcher can't handle to the handler of this thread, as if nobody had caught it.
     *
     * @param failure what was thrown
     */
    public static void escalate(Throwable failure) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
    }

    /**
     * Escalates an Error before it disappears in a future.
     *
     * @param work may throw
     * @param <T> what it returns
     * @return the same work, which throws the same
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
