package dev.gantry.cluster.scheduling;

import static dev.gantry.cluster.ClusterFixture.NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.DryRunTimeoutException;
import dev.gantry.cluster.OverloadedException;
import dev.gantry.cluster.node.NodeRegistry;
import dev.gantry.model.JobDefaults;
import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.GroupPlan;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests dry runs with a real evaluation loop and store. A test blocks a dry run in its clock, which it reads often. */
@Timeout(60)
class DryRunsTest {

    @TempDir
    Path dir;

    private final AtomicLong nanos = new AtomicLong();
    private final CountDownLatch underWay = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final ScheduledExecutorService scheduling =
            new ScheduledThreadPoolExecutor(1, new ThreadPoolExecutor.DiscardPolicy());
    private final ExecutorService thread = new ScheduledThreadPoolExecutor(1, new ThreadPoolExecutor.DiscardPolicy());
    private volatile boolean holding;
    private ClusterFixture cluster;
    private DryRuns dryRuns;

    private static final Scheduler SCHEDULER = new Scheduler(MachineUses.NONE);

    @BeforeEach
    void start() {
        cluster = new ClusterFixture(dir);
        cluster.nodes()
                .register(node(), "secret", "", new NodeRegistry.Proof(true, false))
                .join();
        EvaluationLoop loop = cluster.startLoop(SCHEDULER, scheduling);
        dryRuns = new DryRuns(
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
    void a_submission_is_placed_while_a_dry_run_is_under_way() throws InterruptedException {
        holding = true;
        CompletableFuture<JobPlan> heavy = plan("heavy");
        assertThat(underWay.await(10, TimeUnit.SECONDS)).isTrue();

        cluster.submit(job("light"));

        Awaitility.await()
                .until(() -> cluster.store().reader().allocations().toSchedule().size() == 1);
        assertThat(heavy).isNotDone();
        go.countDown();
        assertThat(heavy.join().groups())
                .extracting(GroupPlan::getPlace)
                .as("the room that was free when the dry run began")
                .containsExactly(1);
    }

    @Test
    void a_dry_run_sees_what_was_submitted_before_it() {
        cluster.submit(job("light"));
        Awaitility.await()
                .until(() -> cluster.store().reader().allocations().toSchedule().size() == 1);

        JobPlan unchanged = plan("light").join();
        JobPlan other = plan("other").join();

        assertThat(unchanged.groups()).extracting(GroupPlan::getKeep).containsExactly(1);
        assertThat(unchanged.modifyIndex()).isPositive();
        assertThat(other.groups()).extracting(GroupPlan::getPlace).containsExactly(0);
        assertThat(other.groups().get(0).getFailure().getSummary()).contains("memory");
    }

    @Test
    void a_dry_run_ends_at_its_deadline_and_so_do_those_that_waited_as_long() throws InterruptedException {
        holding = true;
        CompletableFuture<JobPlan> heavy = plan("heavy");
        assertThat(underWay.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<JobPlan> waiting = plan("waiting");

        nanos.addAndGet(DryRuns.DEADLINE.toNanos());
        go.countDown();

        for (CompletableFuture<JobPlan> late : List.of(heavy, waiting)) {
            assertThatThrownBy(late::join)
                    .hasCauseInstanceOf(DryRunTimeoutException.class)
                    .hasMessageContaining(
                            "deadline of %d s", Duration.ofSeconds(10).toSeconds());
        }
        assertThat(plan("next").join().groups()).hasSize(1);
    }

    @Test
    void too_many_dry_runs_are_refused() throws InterruptedException {
        holding = true;
        List<CompletableFuture<JobPlan>> all = new ArrayList<>();
        all.add(plan("heavy"));
        assertThat(underWay.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 64; i++) {
            all.add(plan("waiting-" + i));
        }

        assertThatThrownBy(plan("one-more")::join).hasCauseInstanceOf(OverloadedException.class);
        go.countDown();
        assertThat(all).allSatisfy(one -> assertThat(one.join().groups()).hasSize(1));
    }

    /** The clock that the planning thread reads again and again: the test blocks it here, once it has its snapshot. */
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

    private CompletableFuture<JobPlan> plan(String jobId) {
        return dryRuns.plan(job(jobId), job(jobId));
    }

    private static Job job(String id) {
        return JobDefaults.apply(Job.newBuilder()
                .setId(id)
                .addDatacenters("dc1")
                .addTaskGroups(TaskGroup.newBuilder()
                        .setName("web")
                        .addTasks(Task.newBuilder().setName("main").setDriver("rkt")))
                .build());
    }

    /** Returns a node with the resources for one allocation. */
    private static Node node() {
        return Node.newBuilder()
                .setId(NODE + "-roomy")
                .setName("roomy")
                .setDatacenter("dc1")
                .putDrivers("rkt", DriverHealth.newBuilder().setHealthy(true).build())
                .setResources(NodeResources.newBuilder().setCpu(4000).setMemoryMib(300))
                .build();
    }
}
