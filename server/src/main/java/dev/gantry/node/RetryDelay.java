package dev.gantry.node;

import java.time.Duration;

/**
 * Computes the wait before a retry. The wait doubles with each failure, up to 64 times the first wait.
 *
 * @param first the wait after the first failure, more than 0
 */
record RetryDelay(Duration first) {

    private static final int DOUBLINGS = 6;

    /** Returns the wait after the given number of failures, 1 or more. */
    Duration after(int failures) {
        return first.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
    }
}
