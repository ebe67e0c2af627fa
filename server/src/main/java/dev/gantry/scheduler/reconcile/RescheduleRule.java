package dev.gantry.scheduler.reconcile;

import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ReschedulePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Decides when a failed allocation is rescheduled, by the reschedule policy of its group (Nomad's reschedule block).
 */
final class RescheduleRule {

    /** The most doublings or additions of the delay: after so many, any delay is above max_delay. */
    private static final int MOST_STEPS = 62;

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
        List<Instant> before = failed.getRescheduleTimesList().stream()
                .map(ProtoTimes::toInstant)
                .toList();
        return isAllowed(policy, before, failedAt)
                ? Optional.of(failedAt.plus(delay(policy, steps(policy, before, failedAt))))
                : Optional.empty();
    }

    private static boolean isAllowed(ReschedulePolicy policy, List<Instant> before, Instant failedAt) {
        Instant begin = failedAt.minus(ProtoTimes.toDuration(policy.getInterval()));
        return policy.getUnlimited() || before.stream().filter(begin::isBefore).count() < policy.getAttempts();
    }

    /** Returns how many reschedules in a row were less than twice max_delay apart, counted back from the failure. */
    private static int steps(ReschedulePolicy policy, List<Instant> before, Instant failedAt) {
        Duration calm = ProtoTimes.toDuration(policy.getMaxDelay()).multipliedBy(2);
        int steps = 0;
        Instant later = failedAt;
        for (int i = before.size() - 1; i >= 0 && steps < MOST_STEPS; i--) {
            if (Duration.between(before.get(i), later).compareTo(calm) > 0) {
                break;
            }
            later = before.get(i);
            steps++;
        }
        return steps;
    }

    private static Duration delay(ReschedulePolicy policy, int steps) {
        long first = ProtoTimes.toDuration(policy.getDelay()).toMillis();
        long longest =
                Math.max(first, ProtoTimes.toDuration(policy.getMaxDelay()).toMillis());
        return Duration.ofMillis(
                switch (policy.getDelayFunction()) {
                    case DELAY_FUNCTION_EXPONENTIAL -> grow(first, longest, steps, first, true);
                    case DELAY_FUNCTION_FIBONACCI -> grow(first, longest, steps, 0, false);
                    case DELAY_FUNCTION_CONSTANT, DELAY_FUNCTION_UNSPECIFIED, UNRECOGNIZED -> first;
                });
    }

    /**
     * Returns the delay after some steps, at most the longest. Each step adds to the delay: itself if doubling, else
     * the delay before it (Fibonacci).
     */
    private static long grow(long first, long longest, int steps, long before, boolean doubling) {
        long wait = first;
        long last = before;
        for (int step = 0; step < steps && wait < longest; step++) {
            long next = wait + last;
            last = doubling ? next : wait;
            wait = next;
        }
        return Math.min(wait, longest);
    }
}
