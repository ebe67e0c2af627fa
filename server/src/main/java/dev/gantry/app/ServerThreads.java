package dev.gantry.app;

import dev.gantry.cluster.FailureLog;
import dev.gantry.model.EscalatingScheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's threads, except the store's writer and gRPC's event loops. Their queues have no limits of their own: in
 * the first two each open call has at most one task, and the number of calls is limited; the others have few tasks.
 *
 * @param calls run gRPC calls; they may block on the database
 * @param streams run the turns of streams; they may block on the database
 * @param scheduling the one thread that owns the cluster state
 * @param dryRuns the one thread that computes dry runs
 * @param whatIfs the one thread that computes what-ifs
 * @param ticks the one thread for regular checks
 * @param garbage the one thread for garbage collection, which may take a while
 */
record ServerThreads(
        ExecutorService calls,
        ExecutorService streams,
        ScheduledExecutorService scheduling,
        ExecutorService dryRuns,
        ExecutorService whatIfs,
        ScheduledExecutorService ticks,
        ScheduledExecutorService garbage)
        implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServerThreads.class);

    private static final int CALLS = 16;
    private static final int STREAMS = 4;
    private static final Duration GRACE = Duration.ofSeconds(5);

    static ServerThreads start() {
        return new ServerThreads(
                pool("call", CALLS),
                pool("stream", STREAMS),
                single("scheduling"),
                single("dry-run"),
                single("what-if"),
                single("ticks"),
                single("garbage"));
    }

    /** Repeats a task in the thread for regular checks. A failure is logged and does not end the repetition. */
    void repeat(Duration interval, Runnable task) {
        repeat(ticks, interval, task);
    }

    /** Repeats garbage collection. A failure is logged and does not end the repetition. */
    void repeatCollection(Duration interval, Runnable collection) {
        repeat(garbage, interval, collection);
    }

    /**
     * Waits for running tasks. Nothing is interrupted: an interrupt would close the database's file while it is
     * written.
     */
    @Override
    public void close() {
        List<ExecutorService> all = List.of(garbage, ticks, whatIfs, dryRuns, scheduling, streams, calls);
        all.forEach(ExecutorService::shutdown);
        all.forEach(ServerThreads::awaitEnd);
    }

    private static void repeat(ScheduledExecutorService thread, Duration interval, Runnable task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException | StackOverflowError e) {
                FailureLog.tell(LOG, "A regular task failed; it runs again in " + interval, e);
            }
        };
        var unused =
                thread.scheduleWithFixedDelay(guarded, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void awaitEnd(ExecutorService executor) {
        try {
            if (!executor.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("Something still runs {} s after the server was stopped", GRACE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ExecutorService pool(String name, int threads) {
        return new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                named(name),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    private static ScheduledExecutorService single(String name) {
        return new EscalatingScheduler(named(name));
    }

    private static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> new Thread(task, name + "-" + count.incrementAndGet());
    }
}
