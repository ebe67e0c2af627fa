package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StrangerLinesTest {

    private final AtomicLong now = new AtomicLong();
    private final StrangerLines lines = new StrangerLines(new TokenBucket(1, 3, now::get));

    @Test
    void lines_beyond_the_burst_are_counted_until_there_is_room_again() {
        assertThat(mayWrite(5)).isEqualTo(3);

        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(1500));
        assertThat(mayWrite(5)).isEqualTo(1);
        assertThat(lines.omitted()).isEqualTo(6);
        assertThat(lines.omitted()).isZero();

        now.addAndGet(TimeUnit.HOURS.toNanos(1));
        assertThat(mayWrite(5)).isEqualTo(3);
    }

    private int mayWrite(int tries) {
        int written = 0;
        for (int i = 0; i < tries; i++) {
            written += lines.mayWrite() ? 1 : 0;
        }
        return written;
    }
}
