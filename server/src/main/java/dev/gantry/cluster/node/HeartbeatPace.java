package dev.gantry.cluster.node;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Decides how often nodes send heartbeats and how long they may be silent. Both grow with the cluster, so that all
 * nodes together send at most five hundred heartbeats a second.
 *
 * <p>Nomad allows fifty, since a heartbeat there passes through the servers' log. Here it only sets a time in memory, so that the
 * loss of one of 5,000 nodes is noticed after half a minute and not after six.
 *
 * <p>Each node gets an interval of its own, shorter by a random part of up to a quarter, so that nodes that joined
 * together do not send their heartbeats together.
 */
final class HeartbeatPace {

    private static final int MOST_PER_SECOND = 500;

    /** How many heartbeats may get lost before a node is marked as down. */
    private static final int HEARTBEATS_PER_LIFE = 3;

    private static final double JITTER = 0.25;

    private final Duration shortestTimeToLive;
    private final RandomGenerator random;

    /**
     * Creates the pace.
     *
     * @param shortestTimeToLive how long a node of a small cluster may be silent
     * @param random spreads the intervals; used by several threads at a time
     */
    HeartbeatPace(Duration shortestTimeToLive, RandomGenerator random) {
        this.shortestTimeToLive = shortestTimeToLive;
        this.random = random;
    }

    /**
     * Returns how long a node may be silent.
     *
     * @param nodes the number of nodes in the cluster
     */
    Duration timeToLive(int nodes) {
        Duration busy = longestInterval(nodes).multipliedBy(HEARTBEATS_PER_LIFE);
        return busy.compareTo(shortestTimeToLive) > 0 ? busy : shortestTimeToLive;
    }

    /**
     * Returns how often a node is to send a heartbeat.
     *
     * @param nodes the number of nodes in the cluster
     */
    Duration interval(int nodes) {
        Duration longest = timeToLive(nodes).dividedBy(HEARTBEATS_PER_LIFE);
        return Duration.ofMillis((long) (longest.toMillis() * (1 - JITTER * random.nextDouble())));
    }

    /**
     * Returns the interval for the allowed rate, lengthened because the random part shortens intervals by half of it on
     * average.
     */
    private static Duration longestInterval(int nodes) {
        return Duration.ofMillis((long) (nodes * 1000L / (MOST_PER_SECOND * (1 - JITTER / 2))));
    }
}
