package dev.gantry.app;

import dev.gantry.model.EscalatingScheduler;
import dev.gantry.node.check.CheckScheduler;
import dev.gantry.node.session.OwnerThread;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's threads, except those of its tasks and gRPC's event loops.
 *
 * @param owner owns the node's state
 * @param fingerprints looks at the machine
 * @param logs reads logs
 * @param signals send signals to tasks
 * @param files read files of allocations
 * @param cleaner deletes directories
 * @param sweeper removes remains of earlier processes
 * @param garbage removes unused data of drivers
 * @param disks measures the disks of allocations
 * @param checkScheduler repeats the probes of checks
 * @param state writes the node's state to disk
 */
record NodeThreads(
        OwnerThread owner,
        ScheduledExecutorService fingerprints,
        ScheduledExecutorService logs,
        ExecutorService signals,
        ExecutorService files,
        ScheduledExecutorService cleaner,
        ScheduledExecutorService sweeper,
        ScheduledExecutorService garbage,
        ScheduledExecutorService disks,
        CheckScheduler checkScheduler,
        ExecutorService state)
        implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeThreads.class);

    private static final long WRITING_SECONDS = 5;
    private static final int SIGNAL_THREADS = 4;
    private static final int SIGNALS_WAITING = 64;
    private static final int FILE_THREADS = 32;
    private static final int FILES_WAITING = 64;
    private static final long IDLE_SECONDS = 10;

    /** Starts the threads. The factory makes the thread that writes the state. */
    static NodeThreads start(ThreadFactory state) {
        return new NodeThreads(
                new OwnerThread("node-agent"),
                single("node-fingerprints"),
                single("node-logs"),
                few("node-signals", SIGNAL_THREADS, SIGNALS_WAITING),
                few("node-files", FILE_THREADS, FILES_WAITING),
                single("node-cleaner"),
                single("node-sweeper"),
                single("node-garbage"),
                single("node-disks"),
                new CheckScheduler(),
                Executors.newSingleThreadExecutor(state));
    }

    @Override
    public void close() {
        fingerprints.shutdownNow();
        logs.shutdownNow();
        signals.shutdownNow();
        files.shutdownNow();
        cleaner.shutdownNow();
        sweeper.shutdownNow();
        garbage.shutdownNow();
        disks.shutdownNow();
        checkScheduler.close();
        owner.close();
        finishWriting();
    }

    /** Waits for pending writes. No thread that could add more is left. */
    private void finishWriting() {
        state.shutdown();
        try {
            if (!state.awaitTermination(WRITING_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The disk does not respond: the latest changes may be lost");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A call that hangs, of an rkt or of a file, must not delay those for other pods. */
    private static ExecutorService few(String name, int threads, int waiting) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting), task -> {
                    Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
                    // A thread that hangs must not keep the process from ending.
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ScheduledExecutorService single(String name) {
        return new EscalatingScheduler(task -> new Thread(task, name));
    }
}
