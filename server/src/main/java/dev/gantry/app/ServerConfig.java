package dev.gantry.app;

import dev.gantry.cluster.gc.GarbageThresholds;
import dev.gantry.scheduler.state.SchedulerOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a server runs.
 *
 * @param dataDir the data directory; the server keeps its own things below {@code server/} in it, so that a node of the
 *     same machine can share it
 * @param listen where it serves; port 0 takes any free one
 * @param nodeTimeToLive how long a node may be silent before it is given up, more than 0; longer in a large cluster. Nodes
 *     are asked to be heard of three times as often
 * @param scheduling how the cluster wants its jobs placed
 * @param garbage how long what has ended is kept
 * @param garbageInterval how often to look for what can be forgotten, 1 s or more
 * @param acceptLostWrites whether to serve although the database lacks writes that were acknowledged
 */
record ServerConfig(
        Path dataDir,
        InetSocketAddress listen,
        Duration nodeTimeToLive,
        SchedulerOptions scheduling,
        GarbageThresholds garbage,
        Duration garbageInterval,
        boolean acceptLostWrites) {

    /** Where a server serves that is not told where. */
    static final String DEFAULT_LISTEN = "127.0.0.1:7470";

    /** How long a node may be silent unless said otherwise. */
    static final Duration DEFAULT_NODE_TIME_TO_LIVE = Duration.ofSeconds(30);

    /** How often to look for what can be forgotten unless said otherwise: Nomad's. */
    static final Duration DEFAULT_GARBAGE_INTERVAL = Duration.ofMinutes(5);

    /**
     * A server that places jobs as it does unless told otherwise.
     *
     * @throws IllegalArgumentException as the other constructors
     */
    ServerConfig(Path dataDir, InetSocketAddress listen, Duration nodeTimeToLive) {
        this(dataDir, listen, nodeTimeToLive, SchedulerOptions.DEFAULT);
    }

    /**
     * A server that forgets what has ended as it does unless told otherwise.
     *
     * @throws IllegalArgumentException as the other constructors
     */
    ServerConfig(Path dataDir, InetSocketAddress listen, Duration nodeTimeToLive, SchedulerOptions scheduling) {
        this(dataDir, listen, nodeTimeToLive, scheduling, GarbageThresholds.DEFAULT, DEFAULT_GARBAGE_INTERVAL, false);
    }

    /**
     * Checks the times.
     *
     * @throws IllegalArgumentException if the time to live is not more than 0, or the interval shorter than a second
     */
    ServerConfig {
        if (nodeTimeToLive.isNegative() || nodeTimeToLive.isZero()) {
            throw new IllegalArgumentException("The nodes' time to live must be more than 0, not " + nodeTimeToLive);
        }
        if (garbageInterval.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "What can be forgotten is looked for once a second at most, not every " + garbageInterval);
        }
    }

    /** Where the database is: {@code gantry.mv.db} in it. */
    Path storeDir() {
        return dataDir.resolve("server");
    }
}
