package dev.gantry.node.check;

import dev.gantry.model.LoudScheduler;
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
 * Asks questions again and again: one thread tells when, a few ask. The next time is counted from the answer, so that of
 * each question one at most is on its way, however slow the answers are.
 */
public final class Asker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Asker.class);

    private static final int THREADS = 16;

    /** More questions than that at once are put off to their next time. */
    private static final int WAITING = 4096;

    private final ScheduledExecutorService clock = new LoudScheduler(threads("check-clock"));
    private final ThreadPoolExecutor askers = new ThreadPoolExecutor(
            THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), threads("check"));

    /** Starts with no questions. */
    public Asker() {
        askers.allowCoreThreadTimeOut(true);
    }

    /**
     * Asks at once, and then again and again.
     *
     * @param question what
     * @param interval how long after an answer
     * @param told gets each answer, on a thread that must not be held up; may get one more after the end
     * @return by which to end it
     */
    public Asking begin(Question question, Duration interval, Consumer<Answer> told) {
        Asking asking = new Asking(question, interval, told);
        asking.enqueue();
        return asking;
    }

    /** Ends all. */
    @Override
    public void close() {
        clock.shutdownNow();
        askers.shutdownNow();
    }

    /** A question that is asked again and again. */
    public final class Asking {

        private final Question question;
        private final Duration interval;
        private final Consumer<Answer> told;
        private volatile boolean ended;

        private Asking(Question question, Duration interval, Consumer<Answer> told) {
            this.question = question;
            this.interval = interval;
            this.told = told;
        }

        /** Asks no more. */
        public void end() {
            ended = true;
        }

        private void enqueue() {
            try {
                askers.execute(this::ask);
            } catch (RejectedExecutionException e) {
                askLater();
            }
        }

        private void ask() {
            if (ended) {
                return;
            }
            try {
                told.accept(question.ask());
                askLater();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | StackOverflowError e) {
                LOG.error("A check failed in a way that it must not; it is asked again", e);
                askLater();
            }
        }

        private void askLater() {
            if (ended || clock.isShutdown()) {
                return;
            }
            try {
                var unused = clock.schedule(this::enqueue, interval.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("The node ends, and with it its checks", e);
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
