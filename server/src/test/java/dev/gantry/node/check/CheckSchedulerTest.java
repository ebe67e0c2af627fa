package dev.gantry.node.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CheckSchedulerTest {

    private static final Duration OFTEN = Duration.ofMillis(1);

    private final CheckScheduler scheduler = new CheckScheduler();
    private final List<CheckProbe.Result> results = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        scheduler.close();
    }

    @Test
    void a_probe_is_repeated_until_it_is_ended() {
        AtomicInteger probed = new AtomicInteger();
        CheckScheduler.RepeatedProbe repeated = scheduler.begin(
                () -> new CheckProbe.Result(true, "result " + probed.incrementAndGet()),
                Duration.ZERO,
                OFTEN,
                results::add);
        await().until(() -> results.size() > 3);

        repeated.end();

        assertThat(results.get(0)).isEqualTo(new CheckProbe.Result(true, "result 1"));
        assertThat(results.get(1)).isEqualTo(new CheckProbe.Result(true, "result 2"));
        AtomicInteger others = new AtomicInteger();
        int last = probed.get();
        CheckScheduler.RepeatedProbe other = scheduler.begin(
                () -> new CheckProbe.Result(true, ""), Duration.ZERO, OFTEN, result -> others.incrementAndGet());
        await().until(() -> others.get() > 20);
        other.end();
        // One may have been running at the end.
        assertThat(probed.get()).isLessThanOrEqualTo(last + 1);
    }

    @Test
    void a_slow_probe_runs_once_at_a_time() {
        Semaphore release = new Semaphore(0);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        scheduler.begin(
                () -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    release.acquire();
                    running.decrementAndGet();
                    return new CheckProbe.Result(true, "");
                },
                Duration.ZERO,
                OFTEN,
                results::add);
        AtomicInteger others = new AtomicInteger();
        scheduler.begin(
                () -> new CheckProbe.Result(true, ""), Duration.ZERO, OFTEN, result -> others.incrementAndGet());

        await().until(() -> others.get() > 20);
        release.release(3);
        await().until(() -> results.size() == 3);

        assertThat(most.get()).isEqualTo(1);
    }

    @Test
    void a_probe_that_throws_is_repeated() {
        AtomicInteger probed = new AtomicInteger();
        scheduler.begin(
                () -> {
                    if (probed.incrementAndGet() == 1) {
                        throw new IllegalStateException("broken");
                    }
                    return new CheckProbe.Result(true, "repaired");
                },
                Duration.ZERO,
                OFTEN,
                results::add);

        await().until(() -> !results.isEmpty());
        assertThat(results.get(0)).isEqualTo(new CheckProbe.Result(true, "repaired"));
    }
}
