package dev.gantry.cluster.node;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the time in which this server could hear its nodes.
 *
 * <p>A late beat means that the process or its machine was paused; messages that nodes sent meanwhile have not been
 * read yet. So a late beat counts no more than one in time, and after a long pause silence is counted from the
 * beginning, as after a start. The same holds while the store is broken, since nodes cannot register then.
 */
public final class Pulse {

    private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);

    /** The most that is counted between two beats, which are one second apart. */
    private static final Duration MOST_PER_BEAT = Duration.ofSeconds(2);

    /**
     * The least time between two beats that counts as a pause. It is longer than a garbage collection. A server that is
     * always this slow still counts time.
     */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /** How long after a pause nodes may need to report what has happened meanwhile. */
    private static final Duration SETTLING = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final BooleanSupplier canHear;

    private volatile Duration listened = Duration.ZERO;
    private volatile Duration resumedAt = Duration.ZERO;

    private volatile Instant lastBeat;

    // Owned by the thread that calls beat().
    private boolean wasDeaf;

    /**
     * Starts to measure.
     *
     * @param clock a clock that never jumps
     * @param canHear returns true if nodes can register and report that they are alive
     */
    public Pulse(InstantSource clock, BooleanSupplier canHear) {
        this.clock = clock;
        this.canHear = canHear;
        this.lastBeat = clock.instant();
    }

    /** Counts the time since the last beat. Called about once a second by one thread. */
    public void beat() {
        Instant now = clock.instant();
        Duration passed = Duration.between(lastBeat, now);
        lastBeat = now;
        if (!canHear.getAsBoolean()) {
            wasDeaf = true;
            return;
        }
        listened = listened.plus(atMost(passed));
        boolean wasPaused = passed.compareTo(PAUSE) > 0;
        if (wasPaused) {
            LOG.warn(
                    "This server was paused for {} s; no silence of nodes is counted for that time",
                    passed.toSeconds());
        }
        if (wasPaused || wasDeaf) {
            resumedAt = listened;
        }
        wasDeaf = false;
    }

    /**
     * Returns true if nodes have had time to report what happened during the last pause.
     *
     * @return false for five seconds after a pause
     */
    public boolean isSettled() {
        return resumedAt.isZero() || listened.minus(resumedAt).compareTo(SETTLING) >= 0;
    }

    /** Returns the time measured up to the last beat. */
    Duration listened() {
        return listened;
    }

    /** Returns the time measured up to now. */
    Duration now() {
        return listened.plus(atMost(Duration.between(lastBeat, clock.instant())));
    }

    /** Returns the measured time at the end of the last pause; zero if there was none. */
    Duration resumedAt() {
        return resumedAt;
    }

    private static Duration atMost(Duration passed) {
        return passed.compareTo(MOST_PER_BEAT) > 0 ? MOST_PER_BEAT : passed;
    }
}
