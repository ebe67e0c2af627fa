package dev.gantry.app;

import static dev.gantry.app.NodeFixture.events;
import static dev.gantry.app.ScriptJobs.NO_RESTARTS;
import static dev.gantry.app.ScriptJobs.restarts;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.stop;
import static dev.gantry.app.ScriptJobs.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Durations;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Lifecycle;
import dev.gantry.v1.LifecycleHook;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskPhase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the order in which a node runs the tasks of a group. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TaskLifecycleTest {

    private static final String FOREVER = "exec sleep 300";

    @TempDir
    Path dir;

    private NodeFixture node;

    @BeforeEach
    void start() throws Exception {
        node = NodeFixture.start(dir);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void tasks_start_and_stop_in_the_order_of_their_lifecycles() {
        node.server.desire(run(
                "a1",
                task("main", says("main")),
                poststop("after", says("after")),
                prestart("before", "sleep 0.2; " + says("before")),
                sidecar("beside", FOREVER)));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.allocationDir("a1").resolve("alloc/data/said")).hasContent("before\nmain\nafter");
        assertThat(events(node.task("a1", "beside"))).endsWith("Killing", "Killed");
        assertThat(node.task("a1", "beside").getFailed()).isFalse();
        assertThat(node.driver().started()).containsSubsequence("before", "main", "after");
    }

    @Test
    void the_end_of_the_leader_stops_the_other_tasks_and_the_allocation_completes() {
        node.server.desire(run(
                "a1",
                leader("main", "sleep 0.1"),
                task("other", FOREVER),
                sidecar("beside", FOREVER),
                poststop("after", says("after"))));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(events(node.task("a1", "other"))).endsWith("Killing", "Killed");
        assertThat(events(node.task("a1", "beside"))).endsWith("Killing", "Killed");
        assertThat(node.allocationDir("a1").resolve("alloc/data/said")).hasContent("after");
    }

    @Test
    void the_leader_is_stopped_before_the_other_tasks() {
        DesiredState running = run("a1", task("other", onStop("other")), leader("main", onStop("main")));
        node.server.desire(running);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        await().until(() -> Files.exists(node.allocationDir("a1").resolve("alloc/data/other"))
                && Files.exists(node.allocationDir("a1").resolve("alloc/data/main")));

        node.server.desire(stop(running));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.allocationDir("a1").resolve("alloc/data/said")).hasContent("main\nother");
    }

    @Test
    void a_task_gets_its_kill_signal_after_the_shutdown_delay_and_is_not_waited_for_if_it_ends_before() {
        Path gate = dir.resolve("gate");
        Task patient = task("main", until(gate)).toBuilder()
                .setShutdownDelay(Durations.fromMinutes(10))
                .build();
        Task quick = task("other", onStop("other")).toBuilder()
                .setShutdownDelay(Durations.fromMillis(200))
                .build();
        DesiredState running = run("a1", patient, quick);
        node.server.desire(running);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        await().until(() -> Files.exists(node.allocationDir("a1").resolve("alloc/data/other")));

        node.server.desire(stop(running));
        await().until(() -> Files.exists(node.allocationDir("a1").resolve("alloc/data/said")));
        assertThat(isRunning("main")).isTrue();
        open(gate);

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.task("a1", "main").getExitCode()).isZero();
    }

    @Test
    void an_allocation_is_pending_until_its_main_tasks_run() {
        Path gate = dir.resolve("gate");
        node.server.desire(
                run("a1", task("main", FOREVER), prestart("before", until(gate)), sidecar("beside", FOREVER)));

        await().until(() -> isRunning("before") && isRunning("beside"));
        assertThat(node.last("a1").getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_PENDING);
        open(gate);

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
    }

    @Test
    void a_prestart_task_without_restarts_left_fails_the_allocation() {
        node.server.desire(run(
                "a1",
                JobType.JOB_TYPE_SERVICE,
                restarts(1),
                task("main", FOREVER),
                prestart("before", "exit 3"),
                poststop("after", says("after"))));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(node.last("a1").getDescription()).isEqualTo("Task \"before\" failed: Exit code 3");
        assertThat(node.driver().started()).containsExactly("before", "before", "after");
        assertThat(node.task("a1", "main").getFailed()).isFalse();
    }

    @Test
    void poststop_tasks_run_after_a_failure_and_after_a_stop_too() {
        DesiredState stopped = run("stopped", task("main", FOREVER), poststop("after", says("after")));
        node.server.desire(stopped);
        node.server.desire(run("failed", task("main", "exit 1"), poststop("after", says("after"))));
        node.awaitStatus("stopped", ClientStatus.CLIENT_STATUS_RUNNING);

        node.server.desire(stop(stopped));

        node.awaitStatus("stopped", ClientStatus.CLIENT_STATUS_COMPLETE);
        node.awaitStatus("failed", ClientStatus.CLIENT_STATUS_FAILED);
        for (String allocation : new String[] {"stopped", "failed"}) {
            assertThat(node.allocationDir(allocation).resolve("alloc/data/said"))
                    .hasContent("after");
        }
    }

    @Test
    void an_allocation_with_only_poststop_tasks_left_can_be_stopped() {
        DesiredState running = run("a1", task("main", "true"), poststop("after", FOREVER));
        node.server.desire(running);
        await().until(() -> isRunning("after"));
        assertThat(node.last("a1").getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_RUNNING);

        node.server.desire(stop(running));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.task("a1", "after").getExitCode()).isEqualTo(143);
    }

    @Test
    void poststop_tasks_do_not_run_if_no_other_task_has_run() {
        node.driver().hang();
        DesiredState running =
                run("a1", task("main", FOREVER), prestart("before", FOREVER), poststop("after", FOREVER));
        node.server.desire(running);
        await().until(() -> !node.driver().started().isEmpty());

        node.server.desire(stop(running));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.driver().started()).containsExactly("before");
    }

    @Test
    void a_sidecar_of_a_batch_job_is_restarted_even_if_it_succeeds() {
        node.server.desire(run(
                "a1",
                JobType.JOB_TYPE_BATCH,
                restarts(3),
                task("main", FOREVER),
                sidecar("beside", "test -e ../local/seen || { touch ../local/seen; exit 0; }; " + FOREVER)));

        await().until(() -> node.task("a1", "beside").getRestarts() == 1 && isRunning("beside"));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
    }

    @Test
    void the_next_process_of_the_node_keeps_the_order() {
        Path before = dir.resolve("before");
        Path main = dir.resolve("main");
        node.server.desire(run(
                "a1",
                JobType.JOB_TYPE_BATCH,
                NO_RESTARTS,
                task("main", until(main)),
                prestart("before", until(before)),
                sidecar("beside", FOREVER),
                poststop("after", says("after"))));
        await().until(() -> isRunning("before") && isRunning("beside"));

        node.restart();
        assertThat(node.driver().started()).isEmpty();
        open(before);
        await().until(() -> isRunning("main"));
        assertThat(node.driver().started()).containsExactly("main");

        node.restart();
        open(main);

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.driver().started()).containsExactly("after");
        assertThat(node.allocationDir("a1").resolve("alloc/data/said")).hasContent("after");
    }

    private boolean isRunning(String task) {
        return node.task("a1", task).getPhase() == TaskPhase.TASK_PHASE_RUNNING;
    }

    private static void open(Path gate) {
        try {
            Files.createFile(gate);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String until(Path gate) {
        return "until test -e %s; do sleep 0.02; done".formatted(gate);
    }

    private static String says(String word) {
        return "echo %s >> ../../alloc/data/said".formatted(word);
    }

    /** A script that says a word when it gets SIGTERM, and makes a file of that name once it would. */
    private static String onStop(String word) {
        return "trap '%s; exit' TERM; touch ../../alloc/data/%s; while :; do sleep 0.02; done"
                .formatted(says(word), word);
    }

    private static Task leader(String name, String script) {
        return task(name, script).toBuilder().setLeader(true).build();
    }

    private static Task prestart(String name, String script) {
        return with(task(name, script), LifecycleHook.LIFECYCLE_HOOK_PRESTART, false);
    }

    private static Task sidecar(String name, String script) {
        return with(task(name, script), LifecycleHook.LIFECYCLE_HOOK_PRESTART, true);
    }

    private static Task poststop(String name, String script) {
        return with(task(name, script), LifecycleHook.LIFECYCLE_HOOK_POSTSTOP, false);
    }

    private static Task with(Task task, LifecycleHook hook, boolean isSidecar) {
        return task.toBuilder()
                .setLifecycle(Lifecycle.newBuilder().setHook(hook).setSidecar(isSidecar))
                .build();
    }
}
