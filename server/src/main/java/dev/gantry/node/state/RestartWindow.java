package dev.gantry.node.state;

import java.time.Instant;
import java.util.Optional;

/**
 * How much of its restart policy a task has used up.
 *
 * @param restarts how often it was restarted in the interval that runs, 0 or more
 * @param begin when the interval began
 * @param due when it will be started again; empty unless it waits for that
 */
public record RestartWindow(int restarts, Instant begin, Optional<Instant> due) {

    /** Nothing is used up. */
    public static final RestartWindow UNUSED = new RestartWindow(0, Instant.EPOCH, Optional.empty());

    /**
     * The wait is over.
     *
     * @return the same, waiting for nothing
     */
    public RestartWindow started() {
        return new RestartWindow(restarts, begin, Optional.empty());
    }
}
