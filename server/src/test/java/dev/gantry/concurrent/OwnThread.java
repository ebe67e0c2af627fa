package dev.gantry.concurrent;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * Runs what waits in a thread of its own. The common pool has one thread on a machine with two processors, and the HTTP
 * client of Java completes its answers there: work that waits in the pool can wait for itself.
 */
public final class OwnThread {

    private OwnThread() {}

    /** Work without a result, which may fail. */
    @FunctionalInterface
    public interface Work {

        /** Does it. */
        void run() throws Exception;
    }

    /** Runs work; the future completes with its end. */
    public static CompletableFuture<Void> run(Work work) {
        return supply(() -> {
            work.run();
            return null;
        });
    }

    /** Runs work; the future completes with its result. */
    public static <T> CompletableFuture<T> supply(Callable<T> work) {
        CompletableFuture<T> end = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                end.complete(work.call());
            } catch (Throwable e) {
                end.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return end;
    }
}
