package dev.gantry.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SerialTaskTest {

    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void calls_before_a_run_share_it() {
        SerialTask task = new SerialTask(executor::add, runs::incrementAndGet);

        task.call();
        task.call();
        runAll();

        assertThat(runs).hasValue(1);
    }

    @Test
    void calls_during_a_run_are_answered_by_one_more() {
        List<SerialTask> self = new ArrayList<>();
        SerialTask task = new SerialTask(executor::add, () -> {
            if (runs.incrementAndGet() == 1) {
                self.get(0).call();
                self.get(0).call();
            }
        });
        self.add(task);

        task.call();
        runAll();

        assertThat(runs).hasValue(2);
    }

    @Test
    void a_run_that_throws_does_not_keep_later_calls_from_running() {
        SerialTask task = new SerialTask(executor::add, () -> {
            runs.incrementAndGet();
            throw new IllegalStateException("broken");
        });
        task.call();
        assertThatThrownBy(this::runAll).hasMessage("broken");

        task.call();
        assertThatThrownBy(this::runAll).hasMessage("broken");

        assertThat(runs).hasValue(2);
    }

    @Test
    void no_call_is_lost_and_no_two_runs_overlap_among_many_threads() throws InterruptedException {
        int callers = 4;
        int calls = 20_000;
        AtomicLong called = new AtomicLong();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(callers + 2);
        CountDownLatch allSeen = new CountDownLatch(1);
        SerialTask task = new SerialTask(pool, () -> {
            overlaps.addAndGet(inside.getAndIncrement());
            if (called.get() == (long) callers * calls) {
                allSeen.countDown();
            }
            inside.decrementAndGet();
        });

        for (int caller = 0; caller < callers; caller++) {
            pool.execute(() -> {
                for (int i = 0; i < calls; i++) {
                    called.incrementAndGet();
                    task.call();
                }
            });
        }

        assertThat(allSeen.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(overlaps).hasValue(0);
        pool.shutdownNow();
    }

    private void runAll() {
        for (Runnable run = executor.poll(); run != null; run = executor.poll()) {
            run.run();
        }
    }
}
