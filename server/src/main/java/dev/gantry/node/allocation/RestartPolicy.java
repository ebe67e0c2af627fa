package dev.gantry.node.allocation;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a task that could not be started is tried again.
 *
 * @param attempts how often, 0 or more
 * @param delay how long to wait before each, at least; up to a quarter is added, so that many tasks that failed together
 *     do not try together
 */
public record RestartPolicy(int attempts, Duration delay) {

    private static final double JITTER = 0.25;

    /** Nomad's default of service jobs. */
    public static final RestartPolicy STANDARD = new RestartPolicy(2, Duration.ofSeconds(15));

    /**
     * What to do after a failure.
     *
     * @param failures how often starting has failed, 1 or more
     * @param random spreads the delay
     * @return how long to wait before trying again; empty to give up
     */
    public Optional<Duration> delayAfter(int failures, RandomGenerator random) {
        if (failures > attempts) {
            return Optional.empty();
        }
        return Optional.of(delay.plusNanos((long) (delay.toNanos() * JITTER * random.nextDouble())));
    }
}
