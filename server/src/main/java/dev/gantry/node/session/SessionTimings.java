package dev.gantry.node.session;

import java.time.Duration;

/**
 * The waits and timeouts of a session. The real waits are random, between half of a value and the value.
 *
 * @param firstRetry the longest wait after the first failure
 * @param longestRetry the longest wait after many failures
 * @param refusedRetry the longest wait after the server has refused the node
 * @param registration the longest time from the start of a session to the server's Registered
 */
public record SessionTimings(Duration firstRetry, Duration longestRetry, Duration refusedRetry, Duration registration) {

    /** The defaults. */
    public static final SessionTimings STANDARD = new SessionTimings(
            Duration.ofMillis(250), Duration.ofSeconds(15), Duration.ofMinutes(1), Duration.ofSeconds(10));
}
