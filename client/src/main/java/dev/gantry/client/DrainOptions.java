package dev.gantry.client;

import java.time.Duration;
import java.util.Optional;

/**
 * The options of a drain.
 *
 * @param deadline when all remaining allocations are stopped; zero for at once, empty for never
 * @param ignoreSystemJobs true if allocations of system jobs stay
 */
public record DrainOptions(Optional<Duration> deadline, boolean ignoreSystemJobs) {

    /** No deadline; allocations of system jobs are stopped too. */
    public static final DrainOptions PATIENT = new DrainOptions(Optional.empty(), false);

    /**
     * Sets the deadline.
     *
     * @param duration when all remaining allocations are stopped; zero for at once
     * @return new options
     */
    public DrainOptions within(Duration duration) {
        return new DrainOptions(Optional.of(duration), ignoreSystemJobs);
    }

    /**
     * Leaves allocations of system jobs on the node.
     *
     * @return new options
     */
    public DrainOptions sparingSystemJobs() {
        return new DrainOptions(deadline, true);
    }
}
