package dev.gantry.client;

import java.time.Duration;

/**
 * How calls that are safe to repeat are retried while the server is unavailable: calls that read, that set a value, or
 * that have a request id. Each attempt opens a new connection. Each delay is varied by up to a fifth, so that many
 * clients do not reconnect at once.
 *
 * @param maxAttempts the most attempts of a call, including the first: 1 (no retry) to 20
 * @param initialBackoff the delay before the second attempt, more than 0
 * @param maxBackoff the longest delay, not less than the first
 * @param multiplier the ratio of each delay to the one before, 1 or more
 */
public record RetryPolicy(int maxAttempts, Duration initialBackoff, Duration maxBackoff, double multiplier) {

    /** Six attempts in about eight seconds: longer than another server takes to lead in place of one that was lost. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(6, Duration.ofMillis(250), Duration.ofSeconds(5), 2);

    private static final int MOST_ATTEMPTS = 20;

    /**
     * Creates a policy.
     *
     * @param maxAttempts the most attempts of a call, 1 to 20
     * @param initialBackoff the delay before the second attempt, 1 ms or more
     * @param maxBackoff the longest delay, not less than the first
     * @param multiplier the ratio of each delay to the one before, 1 or more
     * @throws IllegalArgumentException if a value is out of its range
     */
    public RetryPolicy {
        check(maxAttempts >= 1 && maxAttempts <= MOST_ATTEMPTS, "maxAttempts", maxAttempts, "1 to " + MOST_ATTEMPTS);
        check(initialBackoff.toMillis() > 0, "initialBackoff", initialBackoff, "1 ms or more");
        check(maxBackoff.compareTo(initialBackoff) >= 0, "maxBackoff", maxBackoff, "initialBackoff or more");
        check(multiplier >= 1, "multiplier", multiplier, "1 or more");
    }

    /**
     * Sets the number of attempts.
     *
     * @param attempts 1 (no retry) to 20
     * @return a new policy
     */
    public RetryPolicy withMaxAttempts(int attempts) {
        return new RetryPolicy(attempts, initialBackoff, maxBackoff, multiplier);
    }

    /** Returns the delay after a number of failures in a row, 1 or more, without variation. */
    Duration delay(int failures) {
        double millis = initialBackoff.toMillis() * Math.pow(multiplier, failures - 1.0);
        return Duration.ofMillis((long) Math.min(millis, (double) maxBackoff.toMillis()));
    }

    private static void check(boolean holds, String name, Object value, String range) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ": must be " + range);
        }
    }
}
