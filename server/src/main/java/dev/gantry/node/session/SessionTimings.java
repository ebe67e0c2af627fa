package dev.gantry.node.session;

import java.time.Duration;

/**
 * When a session tries again.
 *
 * @param firstRetry how long to wait after the first failure, at most; at least half of it
 * @param longestRetry how long to wait after many failures, at most
 * @param refusedRetry how long to wait after the server has refused the node
 * @param registration how long a server may take to answer at the begin
 */
public record SessionTimings(Duration firstRetry, Duration longestRetry, Duration refusedRetry, Duration registration) {

    /** For all but tests. */
    public static final SessionTimings STANDARD = new SessionTimings(
            Duration.ofMillis(250), Duration.ofSeconds(15), Duration.ofMinutes(1), Duration.ofSeconds(10));
}
