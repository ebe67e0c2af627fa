package dev.gantry.client;

import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.UpdateStrategy;
import java.time.Duration;

/** Describes how a new version of a service replaces the one before; see {@link Jobs#update}. */
public final class UpdateBuilder {

    private final UpdateStrategy.Builder update = UpdateStrategy.newBuilder();

    UpdateBuilder() {}

    /**
     * How many allocations to replace at a time. Default: 1.
     *
     * @param number 1 or more
     * @return this
     */
    public UpdateBuilder maxParallel(int number) {
        update.setMaxParallel(number);
        return this;
    }

    /**
     * How many allocations of the new version to try beside the old ones, before any is replaced. Default: 0.
     *
     * @param number 0 to the group's count
     * @return this
     */
    public UpdateBuilder canary(int number) {
        update.setCanary(number);
        return this;
    }

    /**
     * Promotes by itself once all canaries are healthy.
     *
     * @return this
     */
    public UpdateBuilder autoPromote() {
        update.setAutoPromote(true);
        return this;
    }

    /**
     * Brings the newest stable version back if the deployment fails.
     *
     * @return this
     */
    public UpdateBuilder autoRevert() {
        update.setAutoRevert(true);
        return this;
    }

    /**
     * Counts an allocation as healthy while its tasks run, whatever its checks say.
     *
     * @return this
     */
    public UpdateBuilder ignoringChecks() {
        update.setHealthCheck(HealthCheck.HEALTH_CHECK_TASK_STATES);
        return this;
    }

    /**
     * How long an allocation must be healthy without a break. Default: 10 s.
     *
     * @param duration 0 or more
     * @return this
     */
    public UpdateBuilder minHealthyTime(Duration duration) {
        update.setMinHealthyTime(ProtoDurations.of(duration));
        return this;
    }

    /**
     * How long an allocation may take to get healthy. Default: 5 min.
     *
     * @param duration more than the shortest healthy time
     * @return this
     */
    public UpdateBuilder healthyDeadline(Duration duration) {
        update.setHealthyDeadline(ProtoDurations.of(duration));
        return this;
    }

    /**
     * How long the deployment may go without another healthy allocation. Default: 10 min.
     *
     * @param duration at least the healthy deadline; 0: for ever
     * @return this
     */
    public UpdateBuilder progressDeadline(Duration duration) {
        update.setProgressDeadline(ProtoDurations.of(duration));
        return this;
    }

    /** The strategy. */
    UpdateStrategy build() {
        return update.build();
    }
}
