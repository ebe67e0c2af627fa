package dev.gantry.client;

import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.ReschedulePolicy;
import java.time.Duration;

/** Describes when allocations that have failed are placed anew; see {@link Jobs#reschedule}. */
public final class RescheduleBuilder {

    private final ReschedulePolicy.Builder policy = ReschedulePolicy.newBuilder();

    RescheduleBuilder() {}

    /**
     * Limits the attempts.
     *
     * @param number how many times within the interval; 0: never
     * @param interval what they are counted in
     * @return this
     */
    public RescheduleBuilder attempts(int number, Duration interval) {
        policy.setAttempts(number).setInterval(ProtoDurations.of(interval)).setUnlimited(false);
        return this;
    }

    /**
     * Sets no limit to the attempts, in place of one that was set before; the default of services.
     *
     * @return this
     */
    public RescheduleBuilder unlimited() {
        policy.clearAttempts().clearInterval().setUnlimited(true);
        return this;
    }

    /**
     * How long to wait.
     *
     * @param first before the first attempt
     * @param function how the wait grows with each
     * @param longest the longest wait; not read if it does not grow
     * @return this
     */
    public RescheduleBuilder delay(Duration first, DelayFunction function, Duration longest) {
        policy.setDelay(ProtoDurations.of(first)).setDelayFunction(function).setMaxDelay(ProtoDurations.of(longest));
        return this;
    }

    /** The policy. */
    ReschedulePolicy build() {
        return policy.build();
    }
}
