package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.node.NodeTimings;
import dev.gantry.node.artifact.ArtifactSettings;
import dev.gantry.node.session.SessionTimings;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;

/** A whole node with real processes as tasks, and the fake server that it connects to. */
final class NodeFixture implements AutoCloseable {

    static final NodeTimings FAST = new NodeTimings(
            Duration.ofMillis(50),
            Duration.ofSeconds(2),
            Duration.ofMillis(10),
            new SessionTimings(
                    Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofMillis(50), Duration.ofSeconds(5)),
            Duration.ofMillis(50),
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            Duration.ofMillis(300),
            Duration.ofMillis(20),
            Duration.ofMillis(200));

    private static final NodeRestrictions RESTRICTIONS =
            NodeRestrictions.newBuilder().setDenyHostNetwork(true).build();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final FixtureServer server;
    private final Path dir;
    private final NodeRestrictions restrictions;
    private final ArtifactSettings artifacts;
    private ProcessDriver driver;
    private GantryNode node;

    private NodeFixture(Path dir, FixtureServer server, NodeRestrictions restrictions, ArtifactSettings artifacts) {
        this.restrictions = restrictions;
        this.artifacts = artifacts;
        this.dir = dir;
        this.server = server;
        restart();
    }

    static NodeFixture start(Path dir) throws IOException {
        return start(dir, RESTRICTIONS, ArtifactSettings.DEFAULT);
    }

    static NodeFixture start(Path dir, NodeRestrictions restrictions, ArtifactSettings artifacts) throws IOException {
        return new NodeFixture(dir, FixtureServer.start(ScriptJobs.nothing()), restrictions, artifacts);
    }

    /** Ends the node's process if it runs, and starts the next one, whose driver knows only the files on disk. */
    void restart() {
        stopProcess();
        driver = new ProcessDriver();
        node = GantryNode.start(config(List.of(server.address()), dir, restrictions, artifacts), parts(driver));
    }

    /** Ends the node's process and leaves its tasks running. */
    void stopProcess() {
        if (node != null) {
            node.close();
        }
    }

    /** Returns the driver of the newest process of the node. */
    ProcessDriver driver() {
        return driver;
    }

    Path allocationDir(String allocationId) {
        return dir.resolve("data/allocs").resolve(allocationId);
    }

    AllocationUpdate last(String allocationId) {
        return server.last(allocationId);
    }

    /** Returns the newest reported state of a task; the default instance if there is none. */
    TaskState task(String allocationId, String task) {
        return task(server.last(allocationId), task);
    }

    static TaskState task(AllocationUpdate update, String task) {
        return update.getTaskStatesList().stream()
                .filter(state -> state.getTask().equals(task))
                .findFirst()
                .orElse(TaskState.getDefaultInstance());
    }

    void awaitStatus(String allocationId, ClientStatus status) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            AllocationUpdate last = server.last(allocationId);
            assertThat(last.getClientStatus()).as("%s", last).isEqualTo(status);
        });
    }

    void awaitEvent(String allocationId, String task, String event) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(events(task(allocationId, task))).contains(event));
    }

    static List<String> events(TaskState state) {
        return state.getEventsList().stream().map(TaskEvent::getType).toList();
    }

    @Override
    public void close() {
        node.closeStoppingTasks();
        server.close();
    }

    static NodeConfig config(List<String> servers, Path dir) {
        return config(servers, dir, RESTRICTIONS, ArtifactSettings.DEFAULT);
    }

    private static NodeConfig config(
            List<String> servers, Path dir, NodeRestrictions restrictions, ArtifactSettings artifacts) {
        return new NodeConfig(
                servers,
                dir.resolve("data"),
                "alpha",
                "dc7",
                "small",
                Map.of("rack", "r1"),
                "127.0.0.1",
                NodeConfig.MIN_DYNAMIC_PORT,
                NodeConfig.MAX_DYNAMIC_PORT,
                Map.of(),
                restrictions,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                artifacts);
    }

    static GantryNode.Parts parts(ProcessDriver driver) {
        return parts(driver, task -> new Thread(task, "node-state"));
    }

    static GantryNode.Parts parts(ProcessDriver driver, ThreadFactory stateThread) {
        return new GantryNode.Parts(
                allocations -> List.of(driver),
                "test",
                FAST,
                InstantSource.system(),
                RandomGenerator.of("L64X128MixRandom"),
                stateThread,
                server -> Optional.empty());
    }
}
