package dev.gantry.app;

import dev.gantry.node.session.OwnerThread;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * A node's threads, but for those of its tasks and gRPC's event loops.
 *
 * @param owner owns the node's state
 * @param fingerprints looks at the machine
 * @param logs reads logs
 * @param cleaner deletes directories
 */
record NodeThreads(
        OwnerThread owner,
        ScheduledExecutorService fingerprints,
        ScheduledExecutorService logs,
        ScheduledExecutorService cleaner)
        implements AutoCloseable {

    static NodeThreads start() {
        return new NodeThreads(
                new OwnerThread("node-agent"),
                single("node-fingerprints"),
                single("node-logs"),
                single("node-cleaner"));
    }

    @Override
    public void close() {
        fingerprints.shutdownNow();
        logs.shutdownNow();
        cleaner.shutdownNow();
        owner.close();
    }

    private static ScheduledExecutorService single(String name) {
        var executor = new ScheduledThreadPoolExecutor(
                1, task -> new Thread(task, name), new ThreadPoolExecutor.DiscardPolicy());
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }
}
