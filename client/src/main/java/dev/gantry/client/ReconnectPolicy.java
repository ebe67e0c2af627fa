package dev.gantry.client;

import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * How watches are resumed after the connection broke.
 *
 * @param retry the delays between attempts; its number of attempts is ignored
 * @param patience how long to try without a response from the server
 * @param clock a monotonic clock
 * @param random varies the delays
 */
record ReconnectPolicy(RetryPolicy retry, Duration patience, InstantSource clock, RandomGenerator random) {

    private static final double JITTER = 0.2;

    /** Returns the delay after a number of failures in a row, 1 or more. */
    Duration delay(int failures) {
        double factor = 1 + random.nextDouble(-JITTER, JITTER);
        return Duration.ofMillis((long) (retry.delay(failures).toMillis() * factor));
    }

    /** Returns the delay after a number of failures in a row, at least as long as the server has asked for. */
    Duration delay(int failures, UnavailableException last) {
        Duration own = delay(failures);
        return own.compareTo(last.retryDelay()) >= 0 ? own : last.retryDelay();
    }
}
