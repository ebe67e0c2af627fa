package dev.gantry.client;

import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * How watches go on after the connection broke.
 *
 * @param retry the delays between attempts; the number of attempts is not looked at
 * @param patience for how long to try without having heard from the server
 * @param clock what the time is
 * @param random varies the delays
 */
record ReconnectPolicy(RetryPolicy retry, Duration patience, InstantSource clock, RandomGenerator random) {

    private static final double JITTER = 0.2;

    /** How long to wait after so many failures in a row, 1 or more. */
    Duration delay(int failures) {
        double factor = 1 + random.nextDouble(-JITTER, JITTER);
        return Duration.ofMillis((long) (retry.delay(failures).toMillis() * factor));
    }
}
