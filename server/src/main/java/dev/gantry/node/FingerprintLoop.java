package dev.gantry.node;

import dev.gantry.node.fingerprint.Fingerprinter;
import dev.gantry.node.fingerprint.NodeFingerprint;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a fingerprint of the machine at an interval, on a thread that drivers may block. */
public final class FingerprintLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FingerprintLoop.class);

    private final Fingerprinter fingerprinter;
    private final Consumer<NodeFingerprint> listener;
    private final ScheduledFuture<?> schedule;

    /**
     * Starts the loop.
     *
     * @param fingerprinter takes the fingerprints
     * @param listener gets each fingerprint, on the thread
     * @param thread an executor with one thread; {@link #close()} does not end it
     * @param interval the wait between two fingerprints
     */
    public FingerprintLoop(
            Fingerprinter fingerprinter,
            Consumer<NodeFingerprint> listener,
            ScheduledExecutorService thread,
            Duration interval) {
        this.fingerprinter = fingerprinter;
        this.listener = listener;
        this.schedule =
                thread.scheduleWithFixedDelay(this::run, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends the loop. */
    @Override
    public void close() {
        schedule.cancel(false);
    }

    private void run() {
        try {
            listener.accept(fingerprinter.fingerprint());
        } catch (RuntimeException e) {
            // An exception would end the schedule.
            LOG.error("Can't take a fingerprint of the machine; the node keeps the previous one", e);
        }
    }
}
