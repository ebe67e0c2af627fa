package dev.gantry.app;

import static dev.gantry.app.ScriptJobs.nothing;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.stop;
import static dev.gantry.app.ScriptJobs.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.TaskPhase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests how a starting node continues the allocations of an earlier process, also with damaged files. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeRecoveryTest {

    private static final String FOREVER = "echo kept > ../../alloc/data/file; exec sleep 300";

    @TempDir
    Path dir;

    private FixtureServer server;
    private GantryNode node;

    /** Kinds of damage to the state file of an allocation. */
    enum Damage {
        TRUNCATED {
            @Override
            void to(Path file) throws IOException {
                byte[] whole = Files.readAllBytes(file);
                Files.write(file, Arrays.copyOf(whole, whole.length / 2));
            }
        },
        EMPTY {
            @Override
            void to(Path file) throws IOException {
                Files.write(file, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
            }
        },
        GARBAGE {
            @Override
            void to(Path file) throws IOException {
                byte[] bytes = new byte[(int) Files.size(file)];
                Arrays.fill(bytes, (byte) 0xa5);
                Files.write(file, bytes);
            }
        },
        MISSING {
            @Override
            void to(Path file) throws IOException {
                Files.delete(file);
            }
        },
        UNREADABLE {
            @Override
            void to(Path file) throws IOException {
                Files.delete(file);
                Files.createDirectory(file);
            }
        },
        OF_ANOTHER {
            @Override
            void to(Path file) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                for (int i = 0; i + 1 < bytes.length; i++) {
                    if (bytes[i] == 'a' && bytes[i + 1] == '1') {
                        bytes[i + 1] = '2';
                    }
                }
                Files.write(file, bytes);
            }
        };

        abstract void to(Path file) throws IOException;
    }

    @BeforeEach
    void startServer() throws Exception {
        server = FixtureServer.start(nothing());
        start(new ProcessDriver());
    }

    @AfterEach
    void stopAll() {
        node.closeStoppingTasks();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_task_whose_state_file_is_lost_runs_on_with_its_data(Damage damage) throws Exception {
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        awaitRunning("a1");
        String pod = pod("a1");
        node.close();
        damage.to(state("a1"));

        ProcessDriver second = new ProcessDriver();
        int before = server.updates("a1").size();
        start(second);

        await().until(() -> server.updates("a1").size() > before);
        awaitRunning("a1");
        assertThat(pod("a1")).isEqualTo(pod);
        await().until(() -> !second.sweeps().isEmpty());
        assertThat(second.sweeps().get(0).test("a1")).isTrue();
        assertThat(second.started()).isEmpty();
        assertThat(ProcessHandle.of(pid(pod))).isPresent();
        assertThat(data("a1")).hasContent("kept\n");
        // The node has stored it again: the next process does not need the server.
        await().until(() -> Files.isRegularFile(state("a1")) && Files.size(state("a1")) > 0);
        assertThat(dir.resolve("data/state")).isDirectoryNotContaining("glob:**.damaged");

        server.desire(stop(running));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(server.last("a1").getTaskStates(0).getExitCode()).isEqualTo(143);
    }

    @Test
    void an_allocation_without_its_file_waits_for_the_server() throws Exception {
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        awaitRunning("a1");
        String pod = pod("a1");
        String address = server.address();
        node.close();
        server.close();
        Damage.GARBAGE.to(state("a1"));

        // Restart twice without a server: the second process still knows that the file was damaged.
        ProcessDriver second = new ProcessDriver();
        start(second, address);
        node.close();
        ProcessDriver third = new ProcessDriver();
        start(third, address);

        assertThat(second.sweeps()).isEmpty();
        assertThat(third.sweeps()).isEmpty();
        assertThat(ProcessHandle.of(pid(pod))).isPresent();
        assertThat(data("a1")).hasContent("kept\n");
        server = FixtureServer.startAt(address, running);
        awaitRunning("a1");
        assertThat(pod("a1")).isEqualTo(pod);
    }

    @Test
    void an_allocation_that_the_server_has_stopped_is_stopped_without_its_file() throws Exception {
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        awaitRunning("a1");
        long pid = pid(pod("a1"));
        node.close();
        Damage.TRUNCATED.to(state("a1"));
        server = restartServer(stop(running));

        start(new ProcessDriver());

        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(server.last("a1").getTaskStates(0).getExitCode()).isEqualTo(143);
        assertThat(ProcessHandle.of(pid)).isEmpty();
    }

    @Test
    void an_allocation_that_the_server_has_marked_as_lost_is_stopped_without_its_file() throws Exception {
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        awaitRunning("a1");
        long pid = pid(pod("a1"));
        node.close();
        Damage.EMPTY.to(state("a1"));
        server = restartServer(with(running, DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_LOST));

        start(new ProcessDriver());

        await().until(() -> ProcessHandle.of(pid).isEmpty());
        await().until(() -> server.last("a1").getTaskStatesCount() == 1
                && server.last("a1").getTaskStates(0).getPhase() == TaskPhase.TASK_PHASE_DEAD);
    }

    @Test
    void the_data_of_a_task_that_waits_for_a_restart_stays_without_its_file() throws Exception {
        DesiredState running = run("a1", "echo once >> ../../alloc/data/file; exec sleep 300");
        server.desire(running);
        awaitRunning("a1");
        long pid = pid(pod("a1"));
        node.close();
        // The pod's state is lost.
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        Files.delete(dir.resolve("data/allocs/a1/main/driver/pid"));
        Damage.GARBAGE.to(state("a1"));

        ProcessDriver second = new ProcessDriver();
        start(second);

        await().until(() -> second.started().size() == 1);
        await().untilAsserted(() -> assertThat(data("a1")).hasContent("once\nonce\n"));
    }

    @Test
    void unknown_allocations_are_removed_once_the_server_has_named_all() throws Exception {
        server.desire(run("a1", FOREVER));
        awaitRunning("a1");
        node.close();
        Files.createDirectories(dir.resolve("data/allocs/a7/alloc/data"));
        Files.createDirectories(dir.resolve("data/allocs/a8.aside/alloc"));

        ProcessDriver second = new ProcessDriver();
        start(second);

        await().untilAsserted(() ->
                assertThat(dir.resolve("data/allocs").toFile().list()).containsExactly("a1"));
        assertThat(second.sweeps().get(0).test("a7")).isFalse();
    }

    @Test
    void the_pod_of_an_ended_allocation_is_removed_and_its_directory_stays() throws Exception {
        server.desire(run("a1", FOREVER));
        server.desire(run("a2", "exit 0"));
        awaitRunning("a1");
        awaitStatus("a2", ClientStatus.CLIENT_STATUS_COMPLETE);
        node.close();
        server.desireAtBegin(
                run("a1", FOREVER).toBuilder().mergeFrom(run("a2", "exit 0")).build());

        ProcessDriver second = new ProcessDriver();
        start(second);

        await().until(() -> !second.sweeps().isEmpty());
        assertThat(second.sweeps().get(0).test("a1")).isTrue();
        assertThat(second.sweeps().get(0).test("a2")).isFalse();
        assertThat(dir.resolve("data/allocs/a2")).isDirectory();
    }

    @Test
    void an_incomplete_sweep_is_retried_in_the_same_session() throws Exception {
        node.close();
        Files.createDirectories(dir.resolve("data/allocs/a7/alloc"));
        ProcessDriver second = new ProcessDriver();
        second.failSweeps(2);
        server.desireAtBegin(ScriptJobs.nothing());

        start(second);

        await().untilAsserted(() -> assertThat(dir.resolve("data/allocs")).isEmptyDirectory());
        assertThat(second.sweeps()).hasSize(3);
    }

    @Test
    void a_sweep_that_hangs_blocks_nothing() {
        DesiredState running = run("a1", FOREVER);
        server.desire(running);
        awaitRunning("a1");
        String pod = pod("a1");
        node.close();
        int before = server.updates("a1").size();
        int heartbeats = server.heartbeats();

        ProcessDriver second = new ProcessDriver();
        second.hangSweeps();
        start(second);

        await().until(() -> server.updates("a1").size() > before && server.heartbeats() > heartbeats + 2);
        assertThat(pod("a1")).isEqualTo(pod);
        server.desire(ScriptJobs.both(running, run("a2", "exec sleep 300")));
        awaitRunning("a2");
        assertThat(second.sweeps()).hasSize(1);
        server.desire(ScriptJobs.both(stop(running), run("a2", "exec sleep 300")));
        awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
    }

    @Test
    void a_driver_whose_fingerprint_hangs_does_not_keep_the_node_from_its_session() {
        server.desire(run("a1", FOREVER));
        awaitRunning("a1");
        node.close();
        int before = server.registers().size();

        ProcessDriver second = new ProcessDriver();
        Runnable letGo = second.hangFingerprints();
        start(second);

        await().until(() -> server.registers().size() > before);
        assertThat(server.registers()
                        .get(before)
                        .getNode()
                        .getDriversOrThrow("process")
                        .getHealthy())
                .isFalse();
        letGo.run();
        await().until(() -> server.fingerprints().stream()
                .anyMatch(found -> found.getDriversOrThrow("process").getHealthy()));
    }

    private FixtureServer restartServer(DesiredState desired) throws Exception {
        String address = server.address();
        server.close();
        return FixtureServer.startAt(address, desired);
    }

    private void start(ProcessDriver driver) {
        start(driver, server.address());
    }

    private void start(ProcessDriver driver, String address) {
        node = GantryNode.start(NodeFixture.config(List.of(address), dir), NodeFixture.parts(driver));
    }

    private void awaitRunning(String allocationId) {
        awaitStatus(allocationId, ClientStatus.CLIENT_STATUS_RUNNING);
        await().until(() -> Files.exists(data(allocationId)) || !allocationId.equals("a1"));
    }

    private void awaitStatus(String allocationId, ClientStatus status) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(server.last(allocationId).getClientStatus()).isEqualTo(status));
    }

    private String pod(String allocationId) {
        return server.last(allocationId).getTaskStates(0).getPodId();
    }

    private static long pid(String pod) {
        return Long.parseLong(pod.substring("pod-".length()));
    }

    private Path state(String allocationId) {
        return dir.resolve("data/state").resolve(allocationId + ".allocation");
    }

    private Path data(String allocationId) {
        return dir.resolve("data/allocs").resolve(allocationId).resolve("alloc/data/file");
    }
}
