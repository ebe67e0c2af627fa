package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.CheckState;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Fingerprint;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.Register;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which reports of nodes a server refuses, and which texts it truncates. */
class NodeValidatorTest {

    private static final Timestamp NEVER =
            Timestamp.newBuilder().setSeconds(Long.MAX_VALUE).build();

    @Test
    void an_honest_node_is_taken_as_it_is() {
        ConnectRequest register = register(node());
        ConnectRequest update = update(AllocationUpdate.newBuilder()
                .addTaskStates(TaskState.newBuilder()
                        .setTask("main")
                        .addEvents(TaskEvent.newBuilder().setType("Started").setMessage("Pod runs"))));

        assertThat(NodeValidator.check(register)).isEmpty();
        assertThat(NodeValidator.check(update)).isEmpty();
        assertThat(NodeMessageTruncation.cutAll(register)).isSameAs(register);
        assertThat(NodeMessageTruncation.cutAll(update)).isSameAs(update);
    }

    @ParameterizedTest
    @MethodSource("nodesBeyondBounds")
    void a_node_beyond_a_bound_is_refused_with_the_field(Node.Builder node, String field) {
        assertThat(NodeValidator.check(register(node)))
                .extracting(JobViolation::getField)
                .contains("register.node" + field);
    }

    static Stream<Arguments> nodesBeyondBounds() {
        return Stream.of(
                Arguments.of(node().putAttributes("big", "x".repeat(15 << 20)), ".attributes.big"),
                Arguments.of(node().putAttributes("x".repeat(257), "1"), ".attributes"),
                Arguments.of(node().putAttributes("a\u0000b", "1"), ".attributes"),
                Arguments.of(attributes(1001, 1), ".attributes"),
                Arguments.of(attributes(100, 4000), ""),
                Arguments.of(node().putMeta("big", "x".repeat(4097)), ".meta.big"),
                Arguments.of(node().setNodeClass("x".repeat(129)), ".node_class"),
                Arguments.of(node().setNodeClass("a\nb"), ".node_class"),
                Arguments.of(node().putDrivers("a b", DriverHealth.getDefaultInstance()), ".drivers"),
                Arguments.of(drivers(65), ".drivers"),
                Arguments.of(resources(resources().setCpu(Long.MAX_VALUE)), ".resources.cpu"),
                Arguments.of(resources(resources().setCpu(-1)), ".resources.cpu"),
                Arguments.of(resources(resources().setMemoryMib(Long.MAX_VALUE)), ".resources.memory_mib"),
                Arguments.of(resources(resources().setDiskMib(Long.MAX_VALUE)), ".resources.disk_mib"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "999.999.999.999", "1.2.3", "01.2.3.4", "localhost", "1:2", "::1%lo", "1.2.3.4.", ":::"})
    void what_is_no_address_is_refused(String ip) {
        assertThat(NodeValidator.check(register(resources(resources().setIp(ip)))))
                .extracting(JobViolation::getField)
                .containsExactly("register.node.resources.ip");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "255.255.255.255", "::1", "2001:db8::1", "::ffff:10.0.0.1"})
    void addresses_of_both_kinds_are_taken(String ip) {
        assertThat(NodeValidator.check(register(resources(resources().setIp(ip)))))
                .isEmpty();
    }

    @Test
    void a_fingerprint_is_held_to_the_same() {
        Fingerprint.Builder fingerprint = Fingerprint.newBuilder()
                .setResources(resources().setIp("999.1.1.1"))
                .putAttributes("big", "x".repeat(4097));

        assertThat(NodeValidator.check(
                        ConnectRequest.newBuilder().setFingerprint(fingerprint).build()))
                .extracting(JobViolation::getField)
                .containsExactlyInAnyOrder("fingerprint.attributes.big", "fingerprint.resources.ip");
    }

    @ParameterizedTest
    @MethodSource("updatesBeyondBounds")
    void an_update_beyond_a_bound_is_refused_with_the_field(AllocationUpdate.Builder update, String field) {
        assertThat(NodeValidator.check(update(update)))
                .extracting(JobViolation::getField)
                .containsExactly("allocation_updates.updates[0]." + field);
    }

    static Stream<Arguments> updatesBeyondBounds() {
        return Stream.of(
                Arguments.of(state(TaskState.newBuilder().setEndTime(NEVER)), "task_states[0].end_time"),
                Arguments.of(state(TaskState.newBuilder().setStartTime(NEVER)), "task_states[0].start_time"),
                Arguments.of(
                        state(TaskState.newBuilder().setLastRestartTime(NEVER)), "task_states[0].last_restart_time"),
                Arguments.of(
                        state(TaskState.newBuilder()
                                .addEvents(TaskEvent.newBuilder().setTime(NEVER))),
                        "task_states[0].events[0].time"),
                Arguments.of(state(TaskState.newBuilder().setTask("x".repeat(513))), "task_states[0].task"),
                Arguments.of(
                        AllocationUpdate.newBuilder()
                                .addChecks(CheckState.newBuilder().setStatusTime(NEVER)),
                        "checks[0].status_time"),
                Arguments.of(states(2001), "task_states"));
    }

    @Test
    void a_piece_of_a_log_is_64_KiB_at_most() {
        LogChunk.Builder chunk = LogChunk.newBuilder().setData(ByteString.copyFrom(new byte[64 * 1024 + 1]));

        assertThat(NodeValidator.check(
                        ConnectRequest.newBuilder().setLogChunk(chunk).build()))
                .extracting(JobViolation::getField)
                .containsExactly("log_chunk.data");
    }

    @Test
    void texts_for_people_are_cut_and_of_events_the_newest_are_kept() {
        TaskState.Builder state = TaskState.newBuilder().setTask("main");
        IntStream.range(0, 12)
                .forEach(i -> state.addEvents(
                        TaskEvent.newBuilder().setType("Restarting").setMessage(i + "x".repeat(5000))));
        ConnectRequest cut = NodeMessageTruncation.cutAll(update(state(state)
                .setDescription("x".repeat(100_000))
                .addChecks(CheckState.newBuilder().setOutput("x".repeat(600)))));

        AllocationUpdate update = cut.getAllocationUpdates().getUpdates(0);
        assertThat(update.getDescription()).hasSize(1024).endsWith("...");
        assertThat(update.getChecks(0).getOutput()).hasSize(512);
        assertThat(update.getTaskStates(0).getEventsList())
                .hasSize(10)
                .allSatisfy(event -> assertThat(event.getMessage()).hasSize(1024));
        assertThat(update.getTaskStates(0).getEvents(9).getMessage()).startsWith("11x");
    }

    @Test
    void what_a_driver_says_of_itself_is_cut() {
        ConnectRequest cut = NodeMessageTruncation.cutAll(register(node().putDrivers(
                        "rkt",
                        DriverHealth.newBuilder()
                                .setDescription("x".repeat(5000))
                                .build())));

        assertThat(cut.getRegister().getNode().getDriversOrThrow("rkt").getDescription())
                .hasSize(1024);
    }

    private static Node.Builder node() {
        return Node.newBuilder()
                .setId("0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0")
                .setName("n1")
                .setDatacenter("dc1")
                .putAttributes("kernel.name", "linux")
                .putDrivers("rkt", DriverHealth.newBuilder().setHealthy(true).build())
                .setResources(resources());
    }

    private static NodeResources.Builder resources() {
        return NodeResources.newBuilder()
                .setCpu(4000)
                .setMemoryMib(8192)
                .setDiskMib(100_000)
                .setIp("10.0.0.1")
                .setMinDynamicPort(20_000)
                .setMaxDynamicPort(32_000);
    }

    private static Node.Builder resources(NodeResources.Builder resources) {
        return node().setResources(resources);
    }

    private static Node.Builder attributes(int count, int length) {
        Node.Builder node = node();
        IntStream.range(0, count).forEach(i -> node.putAttributes("a" + i, "x".repeat(length)));
        return node;
    }

    private static Node.Builder drivers(int count) {
        Node.Builder node = node();
        IntStream.range(0, count).forEach(i -> node.putDrivers("d" + i, DriverHealth.getDefaultInstance()));
        return node;
    }

    private static ConnectRequest register(Node.Builder node) {
        return ConnectRequest.newBuilder()
                .setRegister(Register.newBuilder().setNode(node).setSecret("secret"))
                .build();
    }

    private static AllocationUpdate.Builder state(TaskState.Builder state) {
        return AllocationUpdate.newBuilder().addTaskStates(state);
    }

    private static AllocationUpdate.Builder states(int count) {
        AllocationUpdate.Builder update = AllocationUpdate.newBuilder();
        IntStream.range(0, count).forEach(i -> update.addTaskStates(TaskState.newBuilder()));
        return update;
    }

    private static ConnectRequest update(AllocationUpdate.Builder update) {
        return ConnectRequest.newBuilder()
                .setAllocationUpdates(AllocationUpdates.newBuilder()
                        .addUpdates(update.setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)))
                .build();
    }
}
