package dev.gantry.client;

import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.ReschedulePolicy;
import java.time.Duration;

/** Builds a reschedule policy; see {@link Jobs#reschedule}. */
public final class RescheduleBuilder {

    private final ReschedulePolicy.Builder policy = ReschedulePolicy.newBuilder();

    RescheduleBuilder() {}

    /**
     * Limits the number of reschedules.
     *
     * @param number the most reschedules within the interval; 0 for none
     * @param interval the interval in which they are counted
     * @return this
     */
    public RescheduleBuilder attempts(int number, Duration interval) {
        policy.setAttempts(number).setInterval(ProtoDurations.of(interval)).setUnlimited(false);
        return this;
    }

    /**
     * Removes the limit of reschedules. This is the default of service jobs.
     *
     * @return this
     */
    public RescheduleBuilder unlimited() {
        policy.clearAttempts().clearInterval().setUnlimited(true);
        return this;
    }

    /**
     * Sets the delay before a reschedule.
     *
     * @param first the first delay
     * @param function how the delay grows
     * @param longest the longest delay; ignored for a constant delay
     * @return this
     */
    public RescheduleBuilder delay(Duration first, DelayFunction function, Duration longest) {
        policy.setDelay(ProtoDurations.of(first)).setDelayFunction(function).setMaxDelay(ProtoDurations.of(longest));
        return this;
    }

    /** Builds the policy. */
    ReschedulePolicy build() {
        return policy.build();
    }
}
