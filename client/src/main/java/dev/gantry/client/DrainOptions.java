package dev.gantry.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How to drain a node.
 *
 * @param deadline after how long all that are left are stopped at once; zero: at once; empty: never
 * @param ignoreSystemJobs whether allocations of system jobs stay
 */
public record DrainOptions(Optional<Duration> deadline, boolean ignoreSystemJobs) {

    /** Waits as long as it takes, and moves system jobs too. */
    public static final DrainOptions PATIENT = new DrainOptions(Optional.empty(), false);

    /**
     * The same with a deadline.
     *
     * @param duration after how long all that are left are stopped at once; zero: at once
     * @return new options
     */
    public DrainOptions within(Duration duration) {
        return new DrainOptions(Optional.of(duration), ignoreSystemJobs);
    }

    /**
     * The same, but allocations of system jobs stay.
     *
     * @return new options
     */
    public DrainOptions sparingSystemJobs() {
        return new DrainOptions(deadline, true);
    }
}
