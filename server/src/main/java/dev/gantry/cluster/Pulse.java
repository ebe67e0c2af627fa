package dev.gantry.cluster;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the time in which this server could hear its nodes.
 *
 * <p>A beat that comes late says that the process was stopped, or its machine was; what the nodes said meanwhile waits to be
 * read. So a late beat counts like one in time, and after a long pause everything begins anew, as after a start. The same
 * holds while nodes can't register, since the store is broken.
 */
public final class Pulse {

    private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);

    /** The most that is counted of the time between two beats, which are a second apart. */
    private static final Duration MOST_PER_BEAT = Duration.ofSeconds(2);

    /** Longer than a collection of garbage; a server that is as slow as that again and again still counts. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /** In which nodes that were not heard can say what has happened meanwhile. */
    private static final Duration SETTLING = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final BooleanSupplier canHear;

    private volatile Duration listened = Duration.ZERO;
    private volatile Duration resumedAt = Duration.ZERO;

    private volatile Instant lastBeat;

    // Owned by the thread that beats.
    private boolean wasDeaf;

    /**
     * Begins to listen.
     *
     * @param clock measures time; one that never jumps
     * @param canHear whether nodes can register and say that they are alive
     */
    public Pulse(InstantSource clock, BooleanSupplier canHear) {
        this.clock = clock;
        this.canHear = canHear;
        this.lastBeat = clock.instant();
    }

    /** Moves the time on. Called about once a second, by one thread. */
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
     * Tells whether nodes have had time to say what happened in the last pause.
     *
     * @return false for some seconds after a pause
     */
    public boolean isSettled() {
        return resumedAt.isZero() || listened.minus(resumedAt).compareTo(SETTLING) >= 0;
    }

    /** For how long this server had listened at the last beat. */
    Duration listened() {
        return listened;
    }

    /** For how long this server has listened until now, between two beats too. */
    Duration now() {
        return listened.plus(atMost(Duration.between(lastBeat, clock.instant())));
    }

    /** How long it had listened when the last pause ended; zero if there was none. */
    Duration resumedAt() {
        return resumedAt;
    }

    private static Duration atMost(Duration passed) {
        return passed.compareTo(MOST_PER_BEAT) > 0 ? MOST_PER_BEAT : passed;
    }
}
