package dev.gantry.app;

import static dev.gantry.app.NodeFixture.events;
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
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests when a node restarts tasks. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TaskRestartTest {

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
    void a_failing_batch_task_is_restarted_until_it_succeeds() {
        node.server.desire(run("a1", JobType.JOB_TYPE_BATCH, restarts(5), task("main", failsTwiceThen("exit 0"))));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        TaskState state = node.task("a1", "main");
        assertThat(state.getRestarts()).isEqualTo(2);
        assertThat(state.hasLastRestartTime()).isTrue();
        assertThat(state.getExitCode()).isZero();
        assertThat(events(state)).endsWith("Terminated", "Restarting", "Started", "Terminated");
        assertThat(node.driver().started()).hasSize(3);
        // Each run is removed before the next one begins, and the last one when its end is on disk.
        await().untilAsserted(() -> assertThat(node.driver().removed()).hasSize(3));
    }

    @Test
    void a_service_task_is_restarted_even_if_it_succeeds() {
        node.server.desire(run("a1", JobType.JOB_TYPE_SERVICE, restarts(5), task("main", once("exit 0") + FOREVER)));

        await().until(() -> node.task("a1", "main").getRestarts() == 1);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.task("a1", "main").getFailed()).isFalse();
        assertThat(node.task("a1", "main").hasExitCode()).isFalse();
    }

    @Test
    void a_task_without_restarts_left_has_failed() {
        node.server.desire(run("a1", JobType.JOB_TYPE_SERVICE, restarts(2), task("main", "exit 3")));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        TaskState state = node.task("a1", "main");
        assertThat(state.getRestarts()).isEqualTo(2);
        assertThat(events(state)).endsWith("Terminated", "NotRestarting");
        assertThat(state.getEvents(state.getEventsCount() - 1).getMessage()).startsWith("All 2 restarts within");
        assertThat(node.last("a1").getDescription()).isEqualTo("Task \"main\" failed: Exit code 3");
        assertThat(node.driver().started()).hasSize(3);
    }

    @Test
    void a_task_that_waits_for_its_restart_is_pending_and_its_siblings_run_on() {
        node.server.desire(
                run("a1", JobType.JOB_TYPE_SERVICE, longDelay(), task("main", "exit 1"), task("other", FOREVER)));

        node.awaitEvent("a1", "main", "Restarting");
        await().until(() -> node.task("a1", "other").getPhase() == TaskPhase.TASK_PHASE_RUNNING);
        assertThat(node.task("a1", "main").getPhase()).isEqualTo(TaskPhase.TASK_PHASE_PENDING);
        assertThat(node.last("a1").getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_PENDING);
    }

    @Test
    void a_task_that_waits_for_its_restart_is_stopped_at_once() {
        DesiredState running = run("a1", JobType.JOB_TYPE_SERVICE, longDelay(), task("main", "exit 1"));
        node.server.desire(running);
        node.awaitEvent("a1", "main", "Restarting");

        node.server.desire(stop(running));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(events(node.task("a1", "main"))).endsWith("Restarting", "Killing", "Killed");
        assertThat(node.driver().started()).hasSize(1);
    }

    @Test
    void the_use_of_the_restart_policy_survives_a_restart_of_the_node() throws Exception {
        Path gate = dir.resolve("gate");
        node.server.desire(run(
                "a1",
                JobType.JOB_TYPE_SERVICE,
                restarts(1),
                task("main", once("exit 1") + "until test -e %s; do sleep 0.02; done; exit 2".formatted(gate))));
        await().until(() -> node.task("a1", "main").getRestarts() == 1
                && node.task("a1", "main").getPhase() == TaskPhase.TASK_PHASE_RUNNING);

        node.restart();
        Files.createFile(gate);

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(node.task("a1", "main").getRestarts()).isEqualTo(1);
        assertThat(node.driver().started()).isEmpty();
    }

    @Test
    void a_wait_for_a_restart_survives_a_restart_of_the_node() {
        DesiredState running = run("a1", JobType.JOB_TYPE_SERVICE, longDelay(), task("main", "exit 1"));
        node.server.desire(running);
        node.awaitEvent("a1", "main", "Restarting");

        node.restart();
        node.server.desire(stop(running));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.task("a1", "main").getRestarts()).isEqualTo(1);
        assertThat(node.driver().started()).isEmpty();
    }

    @Test
    void a_task_is_stopped_by_its_kill_signal_and_kill_timeout() {
        String listensToInt = "trap 'exit 9' INT; trap '' TERM; while :; do sleep 0.02; done";
        DesiredState running = run(
                "a1",
                task("main", listensToInt).toBuilder()
                        .setKillSignal("SIGINT")
                        .setKillTimeout(Durations.fromSeconds(30))
                        .build());
        node.server.desire(running);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        node.server.desire(stop(running));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.task("a1", "main").getExitCode()).isEqualTo(9);
    }

    private static RestartPolicy longDelay() {
        return RestartPolicy.newBuilder()
                .setAttempts(3)
                .setDelay(Durations.fromMinutes(10))
                .build();
    }

    /** Does something in the first run only. */
    private static String once(String what) {
        return "test -e ../local/seen || { touch ../local/seen; %s; }; ".formatted(what);
    }

    private static String failsTwiceThen(String what) {
        return "echo >> ../local/runs; test $(wc -l < ../local/runs) -gt 2 || exit 1; " + what;
    }
}
