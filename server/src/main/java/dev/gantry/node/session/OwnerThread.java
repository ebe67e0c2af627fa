package dev.gantry.node.session;

import dev.gantry.model.EscalatingScheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns a node's state. Other threads send it work.
 *
 * <p>The senders bound its queue: a session sends one message at a time, the thread of a task waits for the handling of
 * its reports, and the number of log reads is limited when they begin.
 */
public final class OwnerThread implements Executor, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OwnerThread.class);

    private final EscalatingScheduler executor;

    /**
     * Starts the thread.
     *
     * @param name the name of the thread
     */
    public OwnerThread(String name) {
        // Work that arrives after the end is dropped, since the node has ended.
        this.executor = new EscalatingScheduler(task -> new Thread(task, name));
        executor.setRemoveOnCancelPolicy(true);
    }

    /**
     * Runs work on the thread, as soon as possible.
     *
     * @param work the work; a failure is logged
     */
    @Override
    public void execute(Runnable work) {
        executor.execute(() -> run(work));
    }

    /**
     * Runs work on the thread, after a delay.
     *
     * @param work the work; a failure is logged
     * @param delay the time from now on
     * @return cancels the work
     */
    public Future<?> schedule(Runnable work, Duration delay) {
        return executor.schedule(() -> run(work), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends the thread after its current work. */
    @Override
    public void close() {
        executor.shutdownNow();
    }

    private static void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("A job of the node's owner thread failed; the node continues with the next one", e);
        }
    }
}
