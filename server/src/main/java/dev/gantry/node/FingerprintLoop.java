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

/** Looks at the machine again and again, on a thread that may be held up by drivers. */
public final class FingerprintLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FingerprintLoop.class);

    private final Fingerprinter fingerprinter;
    private final Consumer<NodeFingerprint> found;
    private final ScheduledFuture<?> ticking;

    /**
     * Begins.
     *
     * @param fingerprinter looks
     * @param found told what was found, on the thread
     * @param thread one thread; not ended by this
     * @param interval how long to wait between looks
     */
    public FingerprintLoop(
            Fingerprinter fingerprinter,
            Consumer<NodeFingerprint> found,
            ScheduledExecutorService thread,
            Duration interval) {
        this.fingerprinter = fingerprinter;
        this.found = found;
        this.ticking =
                thread.scheduleWithFixedDelay(this::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Looks no more. */
    @Override
    public void close() {
        ticking.cancel(false);
    }

    private void look() {
        try {
            found.accept(fingerprinter.look());
        } catch (RuntimeException e) {
            // It would not be called again.
            LOG.error("Can't look at the machine; what was found before still counts", e);
        }
    }
}
