package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Job;
import dev.gantry.v1.PutVariableRequest;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.Template;
import dev.gantry.v1.TemplateChangeMode;
import dev.gantry.v1.VariableServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests templates from the submission to the file, with a whole server, a whole node and real processes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TemplateFlowTest {

    @TempDir
    Path dir;

    private TestServer server;
    private TestClient client;
    private GantryNode node;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(dir.resolve("server-data"));
        client = new TestClient(server);
        node = GantryNode.start(
                NodeFixture.config(List.of(HostPort.format(server.server().address())), dir),
                NodeFixture.parts(new ProcessDriver("rkt")));
    }

    @AfterEach
    void stop() {
        node.closeStoppingTasks();
        server.close();
    }

    @Test
    void a_new_instance_of_a_service_and_a_new_value_of_a_variable_reach_a_running_task_by_a_signal() {
        put("first");
        Job.Builder proxy = job("proxy", "trap 'echo x >> signals' INT; : > ready; while :; do sleep 0.05; done");
        main(proxy)
                .addTemplates(Template.newBuilder()
                        .setDestination("local/proxy.conf")
                        .setData("{{ with nomadVar \"jobs/proxy\" }}{{ .key }}{{ end }}"
                                + "{{ range nomadService \"db\" }} {{ .Port }}{{ end }}")
                        .setChangeMode(TemplateChangeMode.TEMPLATE_CHANGE_MODE_SIGNAL)
                        .setChangeSignal("SIGINT")
                        .setSplay(Durations.ZERO));
        client.submit(proxy.build());
        String id = client.awaitRunning("proxy", 1).get(0).getId();
        Path task = dir.resolve("data/allocs").resolve(id).resolve("main");
        assertThat(text(task.resolve("local/proxy.conf"))).isEqualTo("first");
        eventually().until(() -> Files.exists(task.resolve("driver/ready")));

        Job.Builder db = job("db", "exec sleep 300");
        main(db).getConfigBuilder()
                .putFields(
                        "port_map",
                        Value.newBuilder()
                                .setStructValue(Struct.newBuilder()
                                        .putFields(
                                                "sql",
                                                Value.newBuilder()
                                                        .setStringValue("8080-tcp")
                                                        .build()))
                                .build());
        main(db).getResourcesBuilder().addPortsBuilder().setLabel("sql");
        main(db).addServicesBuilder().setName("db").setPort("sql");
        client.submit(db.build());
        AllocatedPort port = client.awaitRunning("db", 1).get(0).getPorts(0);

        eventually()
                .untilAsserted(
                        () -> assertThat(text(task.resolve("local/proxy.conf"))).isEqualTo("first " + port.getPort()));
        eventually().until(() -> Files.exists(task.resolve("driver/signals")));

        put("other-value");

        eventually()
                .untilAsserted(() ->
                        assertThat(text(task.resolve("local/proxy.conf"))).isEqualTo("other-value " + port.getPort()));
        eventually()
                .untilAsserted(
                        () -> assertThat(client.allocation(id).getTaskStates(0).getEventsList())
                                .extracting(TaskEvent::getType)
                                .filteredOn("Signaling"::equals)
                                .hasSize(2));
        assertThat(client.allocation(id).getTaskStates(0).getRestarts()).isZero();
        assertThat(client.allocation(id).toString()).doesNotContain("other-value");
    }

    private Job.Builder job(String id, String script) {
        Job.Builder job = TestJobs.job(id, "dc7").toBuilder();
        main(job)
                .setConfig(Struct.newBuilder()
                        .putFields(
                                "image",
                                Value.newBuilder().setStringValue("a.b/c").build())
                        .putFields(
                                "args",
                                Value.newBuilder()
                                        .setListValue(ListValue.newBuilder()
                                                .addValues(Value.newBuilder().setStringValue(script)))
                                        .build()));
        return job;
    }

    private static Task.Builder main(Job.Builder job) {
        return job.getTaskGroupsBuilder(0).getTasksBuilder(0);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(String value) {
        var unused = VariableServiceGrpc.newBlockingStub(server.channel())
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .putVariable(PutVariableRequest.newBuilder()
                        .setPath("jobs/proxy")
                        .putItems("key", value)
                        .build());
    }
}
