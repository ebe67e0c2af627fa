package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RequestIdsTest {

    @Test
    void ids_begin_with_the_time_and_differ_at_the_same_time() {
        Instant now = Instant.parse("2030-01-01T00:00:00Z");
        UUID earlier = new RequestIds(() -> now).get();
        UUID sameTime = new RequestIds(() -> now).get();
        UUID later = new RequestIds(() -> now.plusMillis(1)).get();

        assertThat(earlier.getMostSignificantBits() >>> 16).isEqualTo(now.toEpochMilli());
        assertThat(earlier).isNotEqualTo(sameTime).isLessThan(later);
        assertThat(later.version()).isEqualTo(7);
        assertThat(later.variant()).isEqualTo(2);
    }
}
