package dev.gantry.scheduler.reconcile;

import dev.gantry.model.ProtoTimes;
import dev.gantry.scheduler.plan.RescheduleHistory;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ReschedulePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides when a failed allocation is rescheduled, by the reschedule policy of its group (Nomad's reschedule block).
 */
final class RescheduleRule {

    /** The most doublings or additions of the delay: after so many, any delay is above max_delay. */
    private static final int MOST_STEPS = 96;

    /** Longer than any max_delay, in milliseconds, and so short that a sum of two does not overflow. */
    private static final long LONGEST = Duration.ofDays(100_000).toMillis();

    private RescheduleRule() {}

    /**
     * Returns when to reschedule a failed allocation.
     *
     * @param policy the policy, with its defaults filled in
     * @param failed the failed allocation; its {@code modify_time} is the time of the failure
     * @param now the time; if the failure lies after it, the clock was set back, and the allocation is rescheduled at
     *     once
     * @return the time, which may have passed; empty if the attempts are used up
     */
    static Optional<Instant> time(ReschedulePolicy policy, Allocation failed, Instant now) {
        Instant failedAt = ProtoTimes.toInstant(failed.getModifyTime());
        if (failed.hasNextRescheduleTime()) {
            return Optional.of(failedAt.isAfter(now) ? now : ProtoTimes.toInstant(failed.getNextRescheduleTime()));
        }
        return isAllowed(policy, failed, failedAt)
                ? Optional.of(failedAt.plus(delay(policy, step(policy, failed))))
                : Optional.empty();
    }

    /**
     * Returns the history of the successor of a failed allocation.
     *
     * @param policy the policy, with its defaults filled in
     * @param failed the failed allocation
     * @param now the time of the reschedule
     */
    static RescheduleHistory after(ReschedulePolicy policy, Allocation failed, Instant now) {
        return RescheduleHistory.of(failed).plus(ProtoTimes.toTimestamp(now), step(policy, failed));
    }

    private static boolean isAllowed(ReschedulePolicy policy, Allocation failed, Instant failedAt) {
        Instant begin = failedAt.minus(ProtoTimes.toDuration(policy.getInterval()));
        return policy.getUnlimited()
                || failed.getRescheduleTimesList().stream()
                                .map(ProtoTimes::toInstant)
                                .filter(begin::isBefore)
                                .count()
                        < policy.getAttempts();
    }

    /**
     * Returns the place of the next delay in the sequence of delays. As in Nomad, a delay that would grow above max_delay
     * is reset if the allocation has run for longer than that.
     */
    private static int step(ReschedulePolicy policy, Allocation failed) {
        RescheduleHistory history = RescheduleHistory.of(failed);
        if (history.times().isEmpty()) {
            return 0;
        }
        Instant last = ProtoTimes.toInstant(history.times().get(history.times().size() - 1));
        Duration ran = Duration.between(last, ProtoTimes.toInstant(failed.getModifyTime()));
        Duration longest = ProtoTimes.toDuration(policy.getMaxDelay());
        int next = Math.min(MOST_STEPS, Math.max(0, history.step()) + 1);
        return ran.compareTo(longest) > 0 && grown(policy, next) > longest.toMillis() ? 0 : next;
    }

    private static Duration delay(ReschedulePolicy policy, int step) {
        long first = ProtoTimes.toDuration(policy.getDelay()).toMillis();
        long longest =
                Math.max(first, ProtoTimes.toDuration(policy.getMaxDelay()).toMillis());
        return Duration.ofMillis(Math.min(grown(policy, step), longest));
    }

    /** Returns the delay of a step without regard to max_delay, in milliseconds. Very long delays are cut. */
    private static long grown(ReschedulePolicy policy, int step) {
        long first = ProtoTimes.toDuration(policy.getDelay()).toMillis();
        return switch (policy.getDelayFunction()) {
            case DELAY_FUNCTION_EXPONENTIAL -> grow(first, step, first, true);
            case DELAY_FUNCTION_FIBONACCI -> grow(first, step, 0, false);
            case DELAY_FUNCTION_CONSTANT, DELAY_FUNCTION_UNSPECIFIED, UNRECOGNIZED -> first;
        };
    }

    /**
     * Returns the delay after some steps. Each step adds to the delay: itself if doubling, else the delay before it
     * (Fibonacci).
     */
    private static long grow(long first, int steps, long before, boolean doubling) {
        long wait = first;
        long last = before;
        for (int step = 0; step < steps && wait < LONGEST; step++) {
            long next = wait + last;
            last = doubling ? next : wait;
            wait = next;
        }
        return wait;
    }
}
