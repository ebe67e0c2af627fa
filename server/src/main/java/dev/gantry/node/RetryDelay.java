package dev.gantry.node;

import java.time.Duration;

/**
 * How long to wait before something that has failed is tried again: twice as long after each failure, up to 64 times the
 * first wait.
 *
 * @param first the wait after the first failure, more than 0
 */
record RetryDelay(Duration first) {

    private static final int DOUBLINGS = 6;

    /** The wait after so many failures, 1 or more. */
    Duration after(int failures) {
        return first.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
    }
}
