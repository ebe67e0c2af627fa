package dev.gantry.node.session;

import dev.gantry.model.EscalatingScheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns a node's state; everything else sends it work.
 *
 * <p>Its queue is bounded by those who send: a session sends one message at a time, a task's thread waits for what it
 * reports or has nothing more to say, an answered log read was counted when it was asked.
 */
public final class OwnerThread implements Executor, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OwnerThread.class);

    private final EscalatingScheduler executor;

    /**
     * Starts the thread.
     *
     * @param name of the thread
     */
    public OwnerThread(String name) {
        // What comes after the end is passed over: nobody is left to whom it would matter.
        this.executor = new EscalatingScheduler(task -> new Thread(task, name));
        executor.setRemoveOnCancelPolicy(true);
    }

    /**
     * Runs something on the thread, soon.
     *
     * @param work what to run; if it fails, that is logged
     */
    @Override
    public void execute(Runnable work) {
        executor.execute(() -> run(work));
    }

    /**
     * Runs something on the thread, later.
     *
     * @param work what to run; if it fails, that is logged
     * @param delay when, counted from now
     * @return by which it can be cancelled
     */
    public Future<?> schedule(Runnable work, Duration delay) {
        return executor.schedule(() -> run(work), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends the thread after what it is doing. */
    @Override
    public void close() {
        executor.shutdownNow();
    }

    private static void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("The node could not do something it must; it goes on with the rest", e);
        }
    }
}
