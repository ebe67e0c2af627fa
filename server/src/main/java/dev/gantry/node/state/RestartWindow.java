package dev.gantry.node.state;

import java.time.Instant;
import java.util.Optional;

/**
 * The use of a task's restart policy in the current interval.
 *
 * @param restarts the number of restarts in the interval, 0 or more
 * @param begin the start of the interval
 * @param due the time of the next start; empty unless the task waits for a restart
 */
public record RestartWindow(int restarts, Instant begin, Optional<Instant> due) {

    /** No restart yet. */
    public static final RestartWindow UNUSED = new RestartWindow(0, Instant.EPOCH, Optional.empty());

    /**
     * Ends the wait for the next start.
     *
     * @return the same without a time of the next start
     */
    public RestartWindow started() {
        return new RestartWindow(restarts, begin, Optional.empty());
    }
}
