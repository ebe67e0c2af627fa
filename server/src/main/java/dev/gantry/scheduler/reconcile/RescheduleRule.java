package dev.gantry.scheduler.reconcile;

import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ReschedulePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Says when a failed allocation is placed anew, by its group's reschedule policy (Nomad's reschedule block). */
final class RescheduleRule {

    /** Beyond it a doubled wait is over any max_delay. */
    private static final int MOST_STEPS = 62;

    private RescheduleRule() {}

    /**
     * When to place it anew.
     *
     * @param policy the policy, its defaults filled in
     * @param failed the failed allocation; its {@code modify_time} says when it failed
     * @param now limits it: one that failed in the future says that the clock was set back since, and is not waited for
     * @return the time, which may have passed; empty if its attempts are used up
     */
    static Optional<Instant> time(ReschedulePolicy policy, Allocation failed, Instant now) {
        Instant failedAt = ProtoTimes.toInstant(failed.getModifyTime());
        if (failed.hasRescheduleAt()) {
            return Optional.of(failedAt.isAfter(now) ? now : ProtoTimes.toInstant(failed.getRescheduleAt()));
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

    /** How many times in a row it was placed anew without having run for twice the longest wait in between. */
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

    /** Each wait is the one before and, if doubling, that once more, else the one before that. */
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
