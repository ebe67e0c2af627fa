package dev.gantry.cluster.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.DryRunTimeoutException;
import dev.gantry.cluster.WhatIfLimitException;
import dev.gantry.model.JobDefaults;
import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.WhatIfChange;
import dev.gantry.v1.WhatIfRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the bounds of what-ifs. A test holds one in its clock, which it reads often. */
@Timeout(60)
class WhatIfsTest {

    private static final Scheduler SCHEDULER = new Scheduler(MachineUses.NONE);

    @TempDir
    Path dir;

    private final AtomicLong nanos = new AtomicLong();
    private final CountDownLatch underWay = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final ScheduledExecutorService scheduling =
            new ScheduledThreadPoolExecutor(1, new ThreadPoolExecutor.DiscardPolicy());
    private final ExecutorService thread = new ScheduledThreadPoolExecutor(1, new ThreadPoolExecutor.DiscardPolicy());
    private final AtomicBoolean isAbandoned = new AtomicBoolean();
    private volatile boolean holding;
    private ClusterFixture cluster;
    private WhatIfs whatIfs;

    @BeforeEach
    void start() {
        cluster = new ClusterFixture(dir);
        EvaluationLoop loop = cluster.startLoop(SCHEDULER, scheduling);
        whatIfs = new WhatIfs(
                cluster.store().reader(),
                loop,
                SCHEDULER,
                SchedulerOptions.DEFAULT,
                cluster.clock(),
                this::readClock,
                thread);
    }

    @AfterEach
    void stop() throws InterruptedException {
        go.countDown();
        thread.shutdown();
        scheduling.shutdown();
        assertThat(thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(scheduling.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        cluster.close();
    }

    @Test
    void jobs_are_evaluated_while_one_is_computed_and_more_than_four_are_refused() throws InterruptedException {
        List<CompletableFuture<WhatIfs.Answer>> all = new ArrayList<>();
        holding = true;
        all.add(ask());
        assertThat(underWay.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 1; i < WhatIfs.LIMIT; i++) {
            all.add(ask());
        }

        assertThatThrownBy(ask()::join)
                .hasCauseInstanceOf(WhatIfLimitException.class)
                .hasMessageContaining("try again in a few seconds");
        cluster.submit(job());
        Awaitility.await().until(() -> cluster.newestEvaluation("other").getFailuresCount() == 1);
        assertThat(all).noneMatch(CompletableFuture::isDone);
        go.countDown();
        assertThat(all)
                .allSatisfy(one -> assertThat(one.join().effects().groups())
                        .filteredOn(group -> group.getJobId().equals("web"))
                        .singleElement()
                        .satisfies(group -> assertThat(group.getWaiting()).isEqualTo(1)));
        assertThat(all.get(0).join().index()).isLessThan(ask().join().index());
    }

    @Test
    void one_ends_at_its_deadline_or_when_its_caller_has_gone() throws InterruptedException {
        holding = true;
        CompletableFuture<WhatIfs.Answer> late = ask();
        assertThat(underWay.await(10, TimeUnit.SECONDS)).isTrue();
        nanos.addAndGet(WhatIfs.DEADLINE.toNanos());
        go.countDown();

        assertThatThrownBy(late::join)
                .hasCauseInstanceOf(DryRunTimeoutException.class)
                .hasMessageContaining("deadline of 20 s");
        isAbandoned.set(true);
        assertThatThrownBy(ask()::join).hasCauseInstanceOf(DryRunTimeoutException.class);
        isAbandoned.set(false);
        assertThat(ask().join().effects().groups()).hasSize(1);
    }

    private long readClock() {
        boolean planning = StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getMethodName().equals("checkDeadline")));
        if (holding && planning) {
            underWay.countDown();
            try {
                assertThat(go.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return nanos.get();
    }

    private CompletableFuture<WhatIfs.Answer> ask() {
        return whatIfs.ask(
                WhatIfRequest.newBuilder()
                        .addChanges(WhatIfChange.newBuilder()
                                .setSubmit(job().toBuilder().setId("web")))
                        .build(),
                isAbandoned::get);
    }

    /** Returns a job for which the cluster has no node. */
    private static Job job() {
        return JobDefaults.apply(Job.newBuilder()
                .setId("other")
                .addTaskGroups(TaskGroup.newBuilder()
                        .setName("web")
                        .addTasks(Task.newBuilder().setName("main").setDriver("rkt")))
                .build());
    }
}
