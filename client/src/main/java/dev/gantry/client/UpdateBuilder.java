package dev.gantry.client;

import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.UpdateStrategy;
import java.time.Duration;

/** Builds an update strategy: how a new version of a service replaces the one before; see {@link Jobs#update}. */
public final class UpdateBuilder {

    private final UpdateStrategy.Builder update = UpdateStrategy.newBuilder();

    UpdateBuilder() {}

    /**
     * Sets how many allocations are replaced at a time. Default: 1.
     *
     * @param number 1 or more; 0: all at once and without a deployment
     * @return this
     */
    public UpdateBuilder maxParallel(int number) {
        update.setMaxParallel(number);
        return this;
    }

    /**
     * Sets the number of canaries: allocations of the new version that run beside the old ones before any of these is
     * replaced. Default: 0.
     *
     * @param number 0 to the group's count
     * @return this
     */
    public UpdateBuilder canary(int number) {
        update.setCanary(number);
        return this;
    }

    /**
     * Makes the server promote the canaries once all of them are healthy.
     *
     * @return this
     */
    public UpdateBuilder autoPromote() {
        update.setAutoPromote(true);
        return this;
    }

    /**
     * Reverts the job to its newest stable version if the deployment fails.
     *
     * @return this
     */
    public UpdateBuilder autoRevert() {
        update.setAutoRevert(true);
        return this;
    }

    /**
     * Counts an allocation as healthy while its tasks run, without regard to its checks.
     *
     * @return this
     */
    public UpdateBuilder ignoringChecks() {
        update.setHealthCheck(HealthCheck.HEALTH_CHECK_TASK_STATES);
        return this;
    }

    /**
     * Sets how long an allocation must be healthy without interruption. Default: 10 s.
     *
     * @param duration 0 or more
     * @return this
     */
    public UpdateBuilder minHealthyTime(Duration duration) {
        update.setMinHealthyTime(ProtoDurations.of(duration));
        return this;
    }

    /**
     * Sets how long an allocation may take to become healthy. Default: 5 min.
     *
     * @param duration more than the shortest healthy time
     * @return this
     */
    public UpdateBuilder healthyDeadline(Duration duration) {
        update.setHealthyDeadline(ProtoDurations.of(duration));
        return this;
    }

    /**
     * Sets how long the deployment may go without another healthy allocation. Default: 10 min.
     *
     * @param duration at least the healthy deadline; 0 for no deadline
     * @return this
     */
    public UpdateBuilder progressDeadline(Duration duration) {
        update.setProgressDeadline(ProtoDurations.of(duration));
        return this;
    }

    /** Builds the strategy. */
    UpdateStrategy build() {
        return update.build();
    }
}
