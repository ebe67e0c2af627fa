package dev.gantry.node.allocation;

import static dev.gantry.node.allocation.DiskLimit.Verdict.FAIL;
import static dev.gantry.node.allocation.DiskLimit.Verdict.FITS;
import static dev.gantry.node.allocation.DiskLimit.Verdict.WAIT;
import static dev.gantry.node.allocation.DiskLimit.Verdict.WARN;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DiskLimitTest {

    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private final DiskLimit disk = new DiskLimit(Duration.ofMinutes(5));

    @Test
    void an_allocation_fails_only_if_it_stays_larger_than_its_limit() {
        assertThat(judge(0, 100)).isEqualTo(FITS);
        assertThat(judge(1, 101)).isEqualTo(WARN);
        assertThat(judge(5, 150)).isEqualTo(WAIT);
        assertThat(judge(6, 101)).isEqualTo(FAIL);
    }

    @Test
    void an_allocation_that_shrinks_in_time_begins_anew() {
        assertThat(judge(0, 101)).isEqualTo(WARN);
        assertThat(judge(4, 100)).isEqualTo(FITS);
        assertThat(judge(5, 101)).isEqualTo(WARN);
        assertThat(judge(9, 101)).isEqualTo(WAIT);
        assertThat(judge(10, 101)).isEqualTo(FAIL);
    }

    private DiskLimit.Verdict judge(int minute, long size) {
        return disk.judge(size, 100, START.plus(Duration.ofMinutes(minute)));
    }
}
