package dev.gantry.scheduler.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ReschedulePolicy;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

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

    /** Returns a failed allocation that is to be rescheduled 30 s later. */
    private static Allocation failedAt(Instant time) {
        return Allocation.newBuilder()
                .setModifyTime(Timestamps.fromMillis(time.toEpochMilli()))
                .setNextRescheduleTime(
                        Timestamps.fromMillis(time.plusSeconds(30).toEpochMilli()))
                .build();
    }
}
