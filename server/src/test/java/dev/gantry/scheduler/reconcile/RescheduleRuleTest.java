package dev.gantry.scheduler.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.gantry.model.PolicyDefaults;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.ReschedulePolicy;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RescheduleRuleTest {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final ReschedulePolicy POLICY =
            ReschedulePolicy.newBuilder().setUnlimited(true).build();

    @Test
    void one_that_failed_before_the_clock_was_set_back_is_placed_anew_now_and_not_in_47_days() {
        Allocation failed = failedAt(NOW.plus(Duration.ofDays(47)));

        assertThat(RescheduleRule.time(POLICY, failed, NOW)).contains(NOW);
    }

    @Test
    void a_failed_allocation_waits_until_its_reschedule_time() {
        Allocation failed = failedAt(NOW.minusSeconds(10));

        assertThat(RescheduleRule.time(POLICY, failed, NOW)).contains(NOW.plusSeconds(20));
    }

    @ParameterizedTest
    @CsvSource({
        // function, max_delay, step of the last reschedule, seconds run since, next delay, next step
        "EXPONENTIAL, 90, 0, 5, 10, 1",
        "EXPONENTIAL, 90, 1, 5, 20, 2",
        "EXPONENTIAL, 90, 3, 5, 80, 4",
        "EXPONENTIAL, 90, 4, 5, 90, 5",
        "EXPONENTIAL, 90, 4, 90, 90, 5",
        "EXPONENTIAL, 90, 4, 91, 5, 0",
        "EXPONENTIAL, 90, 1, 9999, 20, 2",
        "EXPONENTIAL, 90, 99, 91, 5, 0",
        "FIBONACCI, 90, 0, 5, 5, 1",
        "FIBONACCI, 90, 1, 5, 10, 2",
        "FIBONACCI, 90, 4, 5, 40, 5",
        "FIBONACCI, 90, 6, 5, 90, 7",
        "FIBONACCI, 90, 6, 91, 5, 0",
        "CONSTANT, 90, 3, 9999, 5, 4"
    })
    void a_delay_grows_and_is_reset_at_its_limit_once_the_allocation_has_run_for_longer_than_max_delay(
            String function, int maxDelay, int step, int ran, int delay, int nextStep) {
        ReschedulePolicy policy = POLICY.toBuilder()
                .setDelay(Durations.fromSeconds(5))
                .setDelayFunction(DelayFunction.valueOf("DELAY_FUNCTION_" + function))
                .setMaxDelay(Durations.fromSeconds(maxDelay))
                .build();
        Allocation failed = Allocation.newBuilder()
                .addRescheduleTimes(Timestamps.fromMillis(NOW.minusSeconds(ran).toEpochMilli()))
                .setRescheduleStep(step)
                .setModifyTime(Timestamps.fromMillis(NOW.toEpochMilli()))
                .build();

        assertThat(RescheduleRule.time(policy, failed, NOW)).contains(NOW.plusSeconds(delay));
        assertThat(RescheduleRule.after(policy, failed, NOW).step()).isEqualTo(nextStep);
    }

    @Test
    void an_allocation_of_an_older_server_continues_with_the_delay_of_its_last_reschedule() {
        ReschedulePolicy policy = PolicyDefaults.RESCHEDULE_OF_SYSTEM_JOBS;
        Allocation.Builder failed = Allocation.newBuilder().setModifyTime(Timestamps.fromMillis(NOW.toEpochMilli()));
        for (int times = 1; times <= 3; times++) {
            failed.addRescheduleTimes(Timestamps.fromMillis(NOW.toEpochMilli()));
            assertThat(RescheduleRule.time(policy, failed.build(), NOW)).contains(NOW.plusSeconds(30L << times));
        }
    }

    /** Returns a failed allocation that is to be rescheduled 30 s later. */
    private static Allocation failedAt(Instant time) {
        return Allocation.newBuilder()
                .setModifyTime(Timestamps.fromMillis(time.toEpochMilli()))
                .setNextRescheduleTime(
                        Timestamps.fromMillis(time.plusSeconds(30).toEpochMilli()))
                .build();
    }
}
