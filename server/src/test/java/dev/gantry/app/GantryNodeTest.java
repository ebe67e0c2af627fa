package dev.gantry.app;

import static dev.gantry.app.ScriptJobs.both;
import static dev.gantry.app.ScriptJobs.nothing;
import static dev.gantry.app.ScriptJobs.restarts;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.stop;
import static dev.gantry.app.ScriptJobs.task;
import static dev.gantry.app.ScriptJobs.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gantry.driver.TaskStartException;
import dev.gantry.files.FileTrees;
import dev.gantry.node.state.ClusterMembership;
import dev.gantry.node.state.NodeStateException;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.LogConfig;
import dev.gantry.v1.LogStream;
import dev.gantry.v1.Node;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a whole node, with real processes as tasks, against a fake server that speaks real gRPC. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GantryNodeTest {

    private static final String FOREVER = "exec sleep 300";
    private static final com.google.protobuf.Duration HALF_A_MINUTE =
            com.google.protobuf.Duration.newBuilder().setSeconds(30).build();

    @TempDir
    Path dir;

    private final ProcessDriver driver = new ProcessDriver();
    private FixtureServer server;
    private GantryNode node;

    @BeforeEach
    void startServer() throws Exception {
        server = FixtureServer.start(nothing());
    }

    @AfterEach
    void stopAll() {
        if (node != null) {
            node.closeStoppingTasks();
        }
        server.close();
    }

    @Test
    void registers_and_sends_heartbeats() {
        startNode();

        await().until(() -> server.heartbeats() > 2);
        Node registered = server.registers().get(0).getNode();
        assertThat(registered.getId()).isEqualTo(node.id());
        assertThat(registered.getName()).isEqualTo("alpha");
        assertThat(registered.getDatacenter()).isEqualTo("dc7");
        assertThat(registered.getNodeClass()).isEqualTo("small");
        assertThat(registered.getRestrictions().getDenyHostNetwork()).isTrue();
        assertThat(registered.getMetaMap()).containsExactly(Map.entry("rack", "r1"));
        assertThat(registered.getAttributesMap())
                .containsEntry("kernel.name", "linux")
                .containsEntry("driver.process.version", "1.30.0")
                .containsEntry("gantry.version", "test")
                .containsKeys("unique.storage.bytesfree", "cpu.totalcompute");
        assertThat(registered.getDriversMap().get("process").getHealthy()).isTrue();
        assertThat(registered.getResources().getIp()).isEqualTo("127.0.0.1");
        assertThat(registered.getResources().getMinDynamicPort()).isEqualTo(20_000);
        assertThat(registered.getResources().getMaxDynamicPort()).isEqualTo(32_000);
        assertThat(registered.getResources().getCpu()).isPositive();
        assertThat(registered.getResources().getMemoryMib()).isPositive();
        assertThat(registered.getResources().getDiskMib()).isPositive();
    }

    @Test
    void keeps_its_identity_over_a_restart_and_has_another_in_another_directory() {
        startNode();
        await().until(() -> server.registers().size() == 1);
        restartNode(new ProcessDriver());
        await().until(() -> server.registers().size() == 2);

        assertThat(server.registers().get(1).getNode().getId())
                .isEqualTo(server.registers().get(0).getNode().getId());
        assertThat(server.registers().get(1).getSecret())
                .isEqualTo(server.registers().get(0).getSecret())
                .hasSize(64);
    }

    @Test
    void a_second_node_on_the_same_data_directory_is_refused() {
        startNode();

        assertThatThrownBy(() ->
                        GantryNode.start(NodeFixture.config(List.of(server.address()), dir), NodeFixture.parts(driver)))
                .isInstanceOf(NodeStateException.class)
                .hasMessageContaining("Another gantry node uses the data directory");
    }

    @Test
    void reports_its_drivers_only_when_they_have_changed() {
        startNode();
        await().until(() -> server.heartbeats() > 5);
        assertThat(server.fingerprints()).isEmpty();

        driver.changeVersion("1.31.0");

        await().until(() -> !server.fingerprints().isEmpty());
        assertThat(server.fingerprints().get(0).getAttributesMap())
                .containsEntry("driver.process.version", "1.31.0")
                .containsEntry("kernel.name", "linux");
    }

    @Test
    void runs_a_task_to_its_end_and_reports_each_step() {
        startNode();
        server.desire(run("a1", "echo $NOMAD_PORT_http $GANTRY_TASK_NAME ${NOMAD_ALLOC_ID} > ../../alloc/data/out"));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        TaskState state = server.last("a1").getTaskStates(0);
        assertThat(state.getPhase()).isEqualTo(TaskPhase.TASK_PHASE_DEAD);
        assertThat(state.getExitCode()).isZero();
        assertThat(state.getFailed()).isFalse();
        assertThat(state.hasStartTime()).isTrue();
        assertThat(state.hasEndTime()).isTrue();
        assertThat(eventTypes(state)).containsExactly("Received", "Setup", "Started", "Terminated");
        assertThat(allocationDir("a1").resolve("alloc/data/out")).hasContent("23456 main a1");
        await().untilAsserted(() -> assertThat(driver.removed()).containsExactly(state.getPodId()));
    }

    @Test
    void creates_the_directories_of_a_task() {
        startNode();
        server.desire(run("a1", FOREVER));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        for (String path : List.of("alloc/data", "alloc/logs", "alloc/tmp", "main/local", "main/secrets")) {
            assertThat(allocationDir("a1").resolve(path)).isDirectory();
        }
    }

    @Test
    void a_task_that_fails_stops_its_siblings() {
        startNode();
        server.desire(run("a1", task("bad", "sleep 0.2; exit 3"), task("good", FOREVER)));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        AllocationUpdate end = server.last("a1");
        assertThat(end.getDescription()).isEqualTo("Task \"bad\" failed: Exit code 3");
        TaskState good = end.getTaskStates(1);
        assertThat(good.getFailed()).isFalse();
        assertThat(good.getExitCode()).isEqualTo(143);
        assertThat(eventTypes(good)).endsWith("Killing", "Killed");
        assertThat(good.getEventsList()).anyMatch(event -> event.getMessage().contains("Task \"bad\""));
        // The allocation stays running while one of its tasks may still use a port.
        assertThat(server.updates("a1"))
                .filteredOn(update -> update.getClientStatus() == ClientStatus.CLIENT_STATUS_FAILED)
                .allMatch(update -> update.getTaskStatesList().stream()
                        .allMatch(task -> task.getPhase() == TaskPhase.TASK_PHASE_DEAD));
    }

    @Test
    void stops_an_allocation_when_the_server_says_so() {
        startNode();
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        server.desire(stop(running));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(server.last("a1").getTaskStates(0).getExitCode()).isEqualTo(143);
        assertThat(server.last("a1").getTaskStates(0).getFailed()).isFalse();
    }

    @Test
    void stops_a_task_that_is_still_being_started() {
        driver.hang();
        startNode();
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        await().until(() -> !driver.started().isEmpty());

        server.desire(stop(running));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(eventTypes(server.last("a1").getTaskStates(0))).endsWith("Killing", "Killed");
    }

    @Test
    void a_slow_start_is_reported_as_pending() {
        driver.hang();
        startNode();

        server.desire(run("a1", FOREVER));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_PENDING);
        assertThat(eventTypes(server.last("a1").getTaskStates(0))).containsExactly("Received", "Setup");
    }

    @Test
    void an_unknown_allocation_that_is_to_stop_is_complete_and_never_runs() {
        startNode();

        server.desire(stop(run("a1", FOREVER)));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(driver.started()).isEmpty();
    }

    @Test
    void a_temporary_start_failure_is_retried() {
        driver.failNextStart(new TaskStartException("The registry does not answer", true));
        startNode();
        server.desire(run("a1", JobType.JOB_TYPE_BATCH, restarts(2), task("main", FOREVER)));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(driver.started()).hasSize(2);
        assertThat(eventTypes(server.last("a1").getTaskStates(0)))
                .containsExactly("Received", "Setup", "DriverFailure", "Restarting", "Started");
    }

    @Test
    void a_task_that_the_nodes_owner_does_not_allow_fails_at_once_with_the_reason() {
        driver.failNextStart(TaskStartException.restricted("This node does not allow the host network"));
        startNode();
        server.desire(run("a1", JobType.JOB_TYPE_BATCH, restarts(2), task("main", FOREVER)));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        TaskState state = server.last("a1").getTaskStates(0);
        assertThat(eventTypes(state)).containsExactly("Received", "Setup", "Restricted", "NotRestarting");
        assertThat(state.getEvents(2).getMessage()).isEqualTo("This node does not allow the host network");
    }

    @Test
    void a_task_fails_when_its_starts_have_failed_too_often() {
        for (int i = 0; i < 3; i++) {
            driver.failNextStart(new TaskStartException("The registry does not answer", true));
        }
        startNode();
        server.desire(run("a1", JobType.JOB_TYPE_BATCH, restarts(2), task("main", FOREVER)));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(driver.started()).hasSize(3);
        assertThat(server.last("a1").getDescription()).isEqualTo("Task \"main\" failed: The registry does not answer");
    }

    @Test
    void a_permanent_start_failure_is_not_retried() {
        driver.failNextStart(new TaskStartException("There is no such image", false));
        startNode();
        server.desire(run("a1", FOREVER));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(driver.started()).hasSize(1);
    }

    @Test
    void a_task_whose_start_overflows_the_stack_fails_and_can_be_stopped() {
        driver.overflowNextStart();
        startNode();
        server.desire(run("a1", FOREVER));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(server.last("a1").getTaskStates(0).getPhase()).isEqualTo(TaskPhase.TASK_PHASE_DEAD);
    }

    @Test
    void a_driver_that_this_node_lacks_fails_the_allocation() {
        startNode();
        server.desire(
                run("a1", task("main", FOREVER).toBuilder().setDriver("docker").build(), task("other", FOREVER)));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(server.last("a1").getDescription()).contains("This node has no driver \"docker\"");
        assertThat(driver.started()).isEmpty();
    }

    @Test
    void an_allocation_whose_job_was_not_sent_fails() {
        startNode();

        server.desire(run("a1", FOREVER).toBuilder().clearJobs().build());

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(server.last("a1").getDescription()).contains("version 1 of job job-a1");
    }

    @Test
    void an_allocation_that_is_assigned_twice_is_started_once() {
        startNode();
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        server.desire(running);
        server.endSession();
        await().until(() -> server.registers().size() == 2);
        server.desire(both(running, run("a2", FOREVER)));
        awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);

        assertThat(driver.started()).hasSize(2);
    }

    @Test
    void an_allocation_that_has_ended_for_the_server_is_not_started() {
        startNode();
        server.desire(both(
                with(run("ended", FOREVER), DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_COMPLETE),
                run("a2", FOREVER)));
        awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);

        assertThat(driver.started()).hasSize(1);
        assertThat(server.updates("ended")).isEmpty();
    }

    @Test
    void tasks_run_on_without_a_server_and_their_ends_are_reported_when_it_is_back() throws Exception {
        startNode();
        Path signal = dir.resolve("signal");
        DesiredState running = both(
                run("ends", "until test -e %s; do sleep 0.02; done; exit 4".formatted(signal)), run("stays", FOREVER));
        server.desire(running);
        awaitStatus("ends", ClientStatus.CLIENT_STATUS_RUNNING);
        awaitStatus("stays", ClientStatus.CLIENT_STATUS_RUNNING);
        String address = server.address();
        server.close();

        Files.createFile(signal);
        await().until(() -> driver.removed().size() == 1);
        server = FixtureServer.startAt(address, running);

        awaitStatus("ends", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(server.last("ends").getTaskStates(0).getExitCode()).isEqualTo(4);
        assertThat(driver.started()).hasSize(2);
        assertThat(driver.removed()).hasSize(1);
    }

    @Test
    void an_unacknowledged_update_is_sent_again_in_the_next_session() {
        startNode();
        server.acknowledge(false);
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        await().until(() -> !server.updates("a1").isEmpty());
        int before = server.updates("a1").size();

        server.acknowledge(true);
        server.endSession();

        await().until(() -> server.updates("a1").size() > before);
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
    }

    @Test
    void tries_its_servers_in_turn() throws Exception {
        FixtureServer gone = FixtureServer.start(nothing());
        gone.close();

        node = GantryNode.start(
                NodeFixture.config(List.of(gone.address(), server.address()), dir), NodeFixture.parts(driver));

        await().until(() -> server.heartbeats() > 0);
    }

    @Test
    void a_node_that_is_refused_keeps_trying() {
        server.refuse(Status.PERMISSION_DENIED.withDescription("known with another secret"));
        startNode();
        await().until(() -> server.registers().size() > 2);
        assertThat(server.heartbeats()).isZero();

        server.welcome();

        await().until(() -> server.heartbeats() > 0);
    }

    @Test
    void stops_and_forgets_allocations_that_the_server_does_not_know() {
        startNode();
        server.desire(run("a1", FOREVER));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        server.desire(nothing());

        server.endSession();

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        await().untilAsserted(() -> {
            assertThat(allocationDir("a1")).doesNotExist();
            assertThat(dir.resolve("data/state")).isEmptyDirectory();
        });
    }

    @Test
    void a_restarted_node_continues_its_tasks_even_without_a_server() throws Exception {
        startNode();
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        String pod = server.last("a1").getTaskStates(0).getPodId();
        String address = server.address();
        server.close();

        ProcessDriver second = new ProcessDriver();
        restartNode(second, address);
        assertThat(second.sweeps()).isEmpty();
        server = FixtureServer.startAt(address, running);

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(server.last("a1").getTaskStates(0).getPodId()).isEqualTo(pod);
        assertThat(second.started()).isEmpty();
        assertThat(ProcessHandle.of(Long.parseLong(pod.substring("pod-".length()))))
                .isPresent();
        server.desire(stop(running));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(server.last("a1").getTaskStates(0).getExitCode()).isEqualTo(143);
    }

    @Test
    void an_end_during_a_restart_of_the_node_is_reported_with_its_exit_code() throws Exception {
        startNode();
        Path signal = dir.resolve("signal");
        DesiredState running = run("a1", "until test -e %s; do sleep 0.02; done; exit 5".formatted(signal));
        server.desire(running);
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        node.close();
        Files.createFile(signal);
        await().until(() -> Files.exists(allocationDir("a1").resolve("main/driver/exit")));

        ProcessDriver second = new ProcessDriver();
        restartNode(second);

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(server.last("a1").getTaskStates(0).getExitCode()).isEqualTo(5);
        assertThat(second.started()).isEmpty();
        await().until(() -> second.removed().size() == 1);
    }

    @Test
    void an_end_that_the_server_has_not_stored_is_reported_after_a_restart() {
        startNode();
        server.acknowledge(false);
        server.desire(run("a1", "exit 6"));
        await().until(() -> driver.removed().size() == 1);
        node.close();
        server.acknowledge(true);

        ProcessDriver second = new ProcessDriver();
        restartNode(second);

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(server.last("a1").getTaskStates(0).getExitCode()).isEqualTo(6);
        assertThat(second.started()).isEmpty();
    }

    @Test
    void a_stop_is_continued_by_the_next_process_of_the_node() {
        startNode();
        DesiredState running = run("a1", "trap : TERM; while :; do sleep 0.05; done");
        server.desire(running);
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        server.desire(stop(running));
        await().until(() -> eventTypes(server.last("a1").getTaskStates(0)).contains("Killing"));

        restartNode(new ProcessDriver());

        // The task ignores SIGTERM, so the kill timeout passes.
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(server.last("a1").getTaskStates(0).getExitCode()).isEqualTo(137);
    }

    @Test
    void keeps_the_logs_of_the_newest_ended_allocations_only() {
        startNode();
        DesiredState.Builder many = DesiredState.newBuilder();
        for (int i = 0; i < 53; i++) {
            many.mergeFrom(run(
                    "a" + i, task("main", "true").toBuilder().setDriver("none").build()));
        }
        server.desire(many.build());

        await().untilAsserted(() -> {
            assertThat(dir.resolve("data/state").toFile().list()).hasSize(50);
            assertThat(dir.resolve("data/allocs").toFile().list()).hasSize(50);
        });
    }

    @Test
    void an_allocation_whose_state_can_not_be_stored_is_not_run() throws Exception {
        startNode();
        await().until(() -> server.heartbeats() > 0);
        Files.delete(dir.resolve("data/state"));

        server.desire(run("a1", FOREVER));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(server.last("a1").getDescription()).startsWith("Task \"main\" failed: Can't write");
        await().untilAsserted(() -> assertThat(driver.discarded()).isEqualTo(driver.prepared()));
        assertThat(driver.started()).isEmpty();
    }

    @Test
    void files_of_a_start_that_was_not_stored_are_gone_at_the_next_one() throws Exception {
        Path shared = Files.createDirectories(dir.resolve("data/allocs/a1/alloc/data"));
        Files.createFile(shared.resolve("left"));
        startNode();

        server.desire(run("a1", FOREVER));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        await().untilAsserted(() ->
                assertThat(dir.resolve("data/allocs").toFile().list()).containsExactly("a1"));
        assertThat(shared).isEmptyDirectory();
    }

    @Test
    void a_task_is_prepared_but_not_run_while_its_allocation_waits_for_the_disk() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        node = GantryNode.start(NodeFixture.config(List.of(server.address()), dir), slowDisk(disk));

        server.desire(run("a1", "true"));

        await().until(() -> !driver.prepared().isEmpty());
        assertThat(driver.started()).isEmpty();
        disk.countDown();
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(driver.started()).containsExactly("main");
    }

    @Test
    void a_task_that_is_stopped_while_its_allocation_waits_for_the_disk_never_runs() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        node = GantryNode.start(NodeFixture.config(List.of(server.address()), dir), slowDisk(disk));
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        await().until(() -> !driver.prepared().isEmpty());

        server.desire(stop(running));

        await().until(() -> !driver.discarded().isEmpty());
        disk.countDown();
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(driver.started()).isEmpty();
    }

    @Test
    void heartbeats_go_on_while_many_new_allocations_wait_for_the_disk() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        node = GantryNode.start(NodeFixture.config(List.of(server.address()), dir), slowDisk(disk));
        DesiredState.Builder many = DesiredState.newBuilder();
        for (int i = 0; i < 500; i++) {
            many.mergeFrom(run(
                    "a" + i, task("main", "true").toBuilder().setDriver("none").build()));
        }
        server.desire(many.build());
        // This read is answered after the allocations were taken.
        server.ask(ReadLog.newBuilder().setAllocationId("unknown").setTask("main"));
        int before = server.heartbeats();

        await().until(() -> server.heartbeats() > before + 3);
        assertThat(dir.resolve("data/state")).isEmptyDirectory();
        disk.countDown();

        awaitStatus("a499", ClientStatus.CLIENT_STATUS_FAILED);
    }

    @Test
    void an_end_that_can_not_be_stored_is_reported_and_its_pod_is_kept() throws Exception {
        startNode();
        Path signal = dir.resolve("signal");
        server.desire(run("a1", "until test -e %s; do sleep 0.02; done".formatted(signal)));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        Files.move(dir.resolve("data/state"), dir.resolve("data/away"));

        Files.createFile(signal);

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        node.close();
        assertThat(driver.removed()).isEmpty();
    }

    @Test
    void a_log_is_read_and_followed_to_its_end() throws Exception {
        startNode();
        Path signal = dir.resolve("signal");
        server.desire(run(
                "a1", "echo one; echo oops >&2; until test -e %s; do sleep 0.02; done; echo two".formatted(signal)));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        LogChunk first = server.ask(log("main", LogStream.LOG_STREAM_STDOUT, 0).setWait(HALF_A_MINUTE));
        LogChunk errors = server.ask(log("main", LogStream.LOG_STREAM_STDERR, 0).setWait(HALF_A_MINUTE));
        CompletableFuture<LogChunk> next = server.askLater(
                log("main", LogStream.LOG_STREAM_STDOUT, first.getNextOffset()).setWait(HALF_A_MINUTE));
        Files.createFile(signal);
        LogChunk second = next.get(10, TimeUnit.SECONDS);
        LogChunk end = server.ask(
                log("main", LogStream.LOG_STREAM_STDOUT, second.getNextOffset()).setWait(HALF_A_MINUTE));

        assertThat(first.getData().toStringUtf8()).isEqualTo("one\n");
        assertThat(errors.getData().toStringUtf8()).isEqualTo("oops\n");
        assertThat(second.getData().toStringUtf8()).isEqualTo("two\n");
        assertThat(end.getData().isEmpty()).isTrue();
        assertThat(second.getEnd() || end.getEnd()).isTrue();
    }

    @Test
    void a_log_that_does_not_exist_is_named() throws Exception {
        startNode();
        server.desire(run("a1", FOREVER));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        assertThat(server.ask(log("nope", LogStream.LOG_STREAM_STDOUT, 0)).getError())
                .isEqualTo("Allocation a1 has no task \"nope\"; its tasks: main");
        assertThat(server.ask(ReadLog.newBuilder().setAllocationId("a9").setTask("main"))
                        .getError())
                .startsWith("Node alpha has no logs of allocation a9: its directory was deleted");
    }

    @Test
    void the_log_of_an_allocation_whose_directory_is_gone_is_an_error() throws Exception {
        startNode();
        server.desire(run("a1", "echo one"));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        FileTrees.delete(allocationDir("a1"));

        assertThat(server.ask(log("main", LogStream.LOG_STREAM_STDOUT, 0)).getError())
                .startsWith("The output of task \"main\" of allocation a1 on node alpha is gone")
                .contains(allocationDir("a1").toString());
    }

    @Test
    void the_log_of_a_task_that_was_never_started_is_an_error_with_a_reason() throws Exception {
        startNode();
        server.desire(
                run("a1", task("main", "true").toBuilder().setDriver("none").build()));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);

        assertThat(server.ask(log("main", LogStream.LOG_STREAM_STDOUT, 0).setFollow(true))
                        .getError())
                .startsWith("There is no output of task \"main\" of allocation a1 on node alpha: it was never started")
                .contains("This node has no driver \"none\"");
    }

    @Test
    void only_a_follower_waits_for_a_task_that_has_not_started() throws Exception {
        driver.hang();
        startNode();
        server.desire(run("a1", "echo one"));
        await().until(() -> !driver.prepared().isEmpty());

        assertThat(server.ask(log("main", LogStream.LOG_STREAM_STDOUT, 0)).getError())
                .endsWith("it has not been started yet");
        LogChunk followed =
                server.ask(log("main", LogStream.LOG_STREAM_STDOUT, 0).setFollow(true));
        assertThat(followed.getError()).isEmpty();
        assertThat(followed.getEnd()).isFalse();
    }

    @Test
    void the_log_of_a_task_with_discarded_output_is_an_error_with_that_reason() throws Exception {
        startNode();
        Task quiet = task("main", FOREVER).toBuilder()
                .setLogs(LogConfig.newBuilder().setDisabled(true))
                .build();
        server.desire(run("a1", quiet));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        // The driver of this test writes output anyway; the rkt driver makes no file.
        FileTrees.delete(allocationDir("a1").resolve("+logs"));
        Files.createDirectory(allocationDir("a1").resolve("+logs"));

        assertThat(server.ask(log("main", LogStream.LOG_STREAM_STDOUT, 0)).getError())
                .contains("logs { disabled = true }");
    }

    @Test
    void a_link_in_place_of_the_directory_that_logs_are_mounted_on_is_replaced_before_the_next_start()
            throws Exception {
        startNode();
        Path outside = Files.createDirectory(dir.resolve("outside"));
        Path mountPoint = allocationDir("a1").resolve("alloc/logs");
        String script = "if test -e %1$s; then test -d %2$s && test ! -L %2$s; exit; fi;"
                + " touch %1$s; rmdir %2$s && ln -s %3$s %2$s; exit 1";

        server.desire(run(
                "a1",
                JobType.JOB_TYPE_BATCH,
                restarts(1),
                task("main", script.formatted(dir.resolve("tried"), mountPoint, outside))));

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(dir.resolve("tried")).exists();
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void a_node_that_stops_its_tasks_reports_their_ends_before_it_closes() {
        startNode();
        server.desire(run("a1", FOREVER));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        node.closeStoppingTasks();
        node = null;

        assertThat(server.last("a1").getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_COMPLETE);
    }

    private void startNode() {
        node = GantryNode.start(NodeFixture.config(List.of(server.address()), dir), NodeFixture.parts(driver));
    }

    private void restartNode(ProcessDriver next) {
        restartNode(next, server.address());
    }

    private void restartNode(ProcessDriver next, String address) {
        node.close();
        node = GantryNode.start(NodeFixture.config(List.of(address), dir), NodeFixture.parts(next));
    }

    /**
     * Starts a node whose disk blocks until the latch is released. The node has accepted the server before: otherwise it
     * would have to store the cluster before its first session.
     */
    private GantryNode.Parts slowDisk(CountDownLatch disk) throws IOException {
        ClusterMembership cluster = ClusterMembership.load(
                Files.createDirectories(dir.resolve("data")).resolve("cluster"));
        cluster.accept(FixtureServer.IDENTITY);
        cluster.save();
        return NodeFixture.parts(
                driver,
                task -> new Thread(() -> {
                    await().until(() -> disk.getCount() == 0);
                    task.run();
                }));
    }

    private void awaitStatus(String allocationId, ClientStatus status) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(server.last(allocationId).getClientStatus()).isEqualTo(status));
    }

    private Path allocationDir(String allocationId) {
        return dir.resolve("data/allocs").resolve(allocationId);
    }

    private static List<String> eventTypes(TaskState state) {
        return state.getEventsList().stream().map(TaskEvent::getType).toList();
    }

    private static ReadLog.Builder log(String task, LogStream stream, long offset) {
        return ReadLog.newBuilder()
                .setAllocationId("a1")
                .setTask(task)
                .setStream(stream)
                .setOffset(offset);
    }
}
