package dev.gantry.node.check;

import dev.gantry.model.EscalatingScheduler;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats the probes of checks. One thread keeps the time, a few threads run the probes. The interval is
 * counted from the end of a probe, so at most one probe of each check runs, however slow the services are.
 */
public final class CheckScheduler implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CheckScheduler.class);

    private static final int THREADS = 16;

    /** The most waiting probes. A probe that finds the queue full is delayed by one interval. */
    private static final int WAITING = 4096;

    private final ScheduledExecutorService clock = new EscalatingScheduler(threads("check-clock"));
    private final ThreadPoolExecutor probers = new ThreadPoolExecutor(
            THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), threads("check"));

    /** Creates a scheduler without checks. */
    public CheckScheduler() {
        probers.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a probe after a delay, and again after each interval.
     *
     * @param probe the probe
     * @param delay the time to the first probe; 0: at once
     * @param interval the time from the end of a probe to the next one
     * @param listener gets each result, on a thread that must not be blocked; may get one more result after the end
     * @return ends the repetition
     */
    public RepeatedProbe begin(
            CheckProbe probe, Duration delay, Duration interval, Consumer<CheckProbe.Result> listener) {
        RepeatedProbe repeated = new RepeatedProbe(probe, interval, listener);
        if (delay.isZero()) {
            repeated.enqueue();
        } else {
            repeated.scheduleNext(delay);
        }
        return repeated;
    }

    /** Ends all checks. */
    @Override
    public void close() {
        clock.shutdownNow();
        probers.shutdownNow();
    }

    /** A probe that is repeated until {@link #end()}. */
    public final class RepeatedProbe {

        private final CheckProbe probe;
        private final Duration interval;
        private final Consumer<CheckProbe.Result> listener;
        private volatile boolean ended;

        private RepeatedProbe(CheckProbe probe, Duration interval, Consumer<CheckProbe.Result> listener) {
            this.probe = probe;
            this.interval = interval;
            this.listener = listener;
        }

        /** Ends the repetition. */
        public void end() {
            ended = true;
        }

        private void enqueue() {
            try {
                probers.execute(this::run);
            } catch (RejectedExecutionException e) {
                scheduleNext(interval);
            }
        }

        private void run() {
            if (ended) {
                return;
            }
            try {
                listener.accept(probe.probe());
                scheduleNext(interval);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | StackOverflowError e) {
                LOG.error("A check failed unexpectedly; it is tried again", e);
                scheduleNext(interval);
            }
        }

        private void scheduleNext(Duration delay) {
            if (ended || clock.isShutdown()) {
                return;
            }
            try {
                var unused = clock.schedule(this::enqueue, delay.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("The node ends; the check is not scheduled again", e);
            }
        }
    }

    private static ThreadFactory threads(String name) {
        AtomicInteger last = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + last.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
