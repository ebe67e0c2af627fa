package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the memory limit of the large messages of watches. */
@Timeout(60)
class WatchMemoryLimitTest {

    private static final int MIB = 1024 * 1024;
    private static final int SMALL = 32 * 1024;

    private final WatchMemoryLimit room = new WatchMemoryLimit(3 * MIB, Duration.ofMinutes(1), Duration.ofMinutes(1));
    private final AtomicInteger woken = new AtomicInteger();

    @Test
    void a_large_message_waits_until_another_one_was_read() {
        WatchMemoryLimit.Share first = room.share(() -> {});
        WatchMemoryLimit.Share second = room.share(() -> {});

        assertThat(first.take(2 * MIB, woken::incrementAndGet)).isTrue();
        assertThat(second.take(2 * MIB, woken::incrementAndGet)).isFalse();
        assertThat(second.take(2 * MIB, woken::incrementAndGet)).isFalse();
        assertThat(woken).hasValue(0);

        first.giveBack();
        assertThat(woken).hasValue(1);
        assertThat(second.take(2 * MIB, woken::incrementAndGet)).isTrue();
        assertThat(room.taken()).isEqualTo(2 * MIB);
    }

    @Test
    void a_message_that_has_grown_while_it_waited_takes_what_it_needs_now() {
        WatchMemoryLimit.Share first = room.share(() -> {});
        WatchMemoryLimit.Share second = room.share(() -> {});
        assertThat(first.take(3 * MIB, woken::incrementAndGet)).isTrue();
        assertThat(second.take(MIB, woken::incrementAndGet)).isFalse();
        first.giveBack();

        assertThat(second.take(2 * MIB, woken::incrementAndGet)).isTrue();

        assertThat(room.taken()).isEqualTo(2 * MIB);
    }

    @Test
    void small_messages_need_no_room() {
        assertThat(room.share(() -> {}).take(3 * MIB, woken::incrementAndGet)).isTrue();

        assertThat(room.share(() -> {}).take(SMALL, woken::incrementAndGet)).isTrue();
    }

    @Test
    void a_message_that_is_larger_than_the_room_is_sent_by_itself() {
        WatchMemoryLimit.Share large = room.share(() -> {});

        assertThat(large.take(8 * MIB, woken::incrementAndGet)).isTrue();
        assertThat(room.share(() -> {}).take(MIB, woken::incrementAndGet)).isFalse();
        large.close();

        assertThat(room.taken()).isEqualTo(MIB);
    }

    @Test
    void a_stream_that_ends_while_it_waits_leaves_its_turn_to_the_next() {
        WatchMemoryLimit.Share first = room.share(() -> {});
        WatchMemoryLimit.Share second = room.share(() -> {});
        WatchMemoryLimit.Share third = room.share(() -> {});
        assertThat(first.take(3 * MIB, () -> {})).isTrue();
        assertThat(second.take(3 * MIB, () -> {})).isFalse();
        assertThat(third.take(3 * MIB, woken::incrementAndGet)).isFalse();

        second.close();
        first.close();

        assertThat(woken).hasValue(1);
        third.close();
        assertThat(room.taken()).isZero();
    }

    @Test
    void a_watch_whose_message_finds_no_room_in_time_is_told_to_try_again() throws InterruptedException {
        WatchMemoryLimit hasty = new WatchMemoryLimit(MIB, Duration.ofMillis(10), Duration.ofMinutes(1));
        CountDownLatch late = new CountDownLatch(1);
        assertThat(hasty.share(() -> {}).take(MIB, () -> {})).isTrue();
        WatchMemoryLimit.Share second = hasty.share(() -> {});
        assertThat(second.take(MIB, late::countDown)).isFalse();

        assertThat(late.await(30, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> second.take(MIB, () -> {}))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }
}
