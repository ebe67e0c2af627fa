package dev.gantry.cluster;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often nodes shall say that they are alive, and how long they may be silent: both grow with the cluster, so that
 * its heartbeats together are no more than fifty a second, as in Nomad.
 *
 * <p>Each node is told an interval of its own, up to a quarter shorter than the others' by chance, so that nodes that
 * came at once don't all speak at once for ever.
 */
final class HeartbeatPace {

    private static final int MOST_PER_SECOND = 50;

    /** So many heartbeats may get lost before a node is given up. */
    private static final int HEARTBEATS_PER_LIFE = 3;

    private static final double JITTER = 0.25;

    private final Duration shortestTimeToLive;
    private final RandomGenerator random;

    /**
     * Sets the pace.
     *
     * @param shortestTimeToLive how long a node of a small cluster may be silent
     * @param random spreads the intervals; used by several threads at a time
     */
    HeartbeatPace(Duration shortestTimeToLive, RandomGenerator random) {
        this.shortestTimeToLive = shortestTimeToLive;
        this.random = random;
    }

    /** How long each of so many nodes may be silent. */
    Duration timeToLive(int nodes) {
        Duration busy = longestInterval(nodes).multipliedBy(HEARTBEATS_PER_LIFE);
        return busy.compareTo(shortestTimeToLive) > 0 ? busy : shortestTimeToLive;
    }

    /** How often one of so many nodes shall be heard of. */
    Duration interval(int nodes) {
        Duration longest = timeToLive(nodes).dividedBy(HEARTBEATS_PER_LIFE);
        return Duration.ofMillis((long) (longest.toMillis() * (1 - JITTER * random.nextDouble())));
    }

    /** Longer by the jitter than would do without it. */
    private static Duration longestInterval(int nodes) {
        return Duration.ofMillis((long) (nodes * 1000L / (MOST_PER_SECOND * (1 - JITTER / 2))));
    }
}
