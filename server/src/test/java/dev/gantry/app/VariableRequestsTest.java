package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.PutVariableRequest;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariableServiceGrpc;
import dev.gantry.v1.VariableServiceGrpc.VariableServiceBlockingStub;
import dev.gantry.v1.VariablesRequest;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests which values of variables a server gives to which node. */
@Timeout(60)
class VariableRequestsTest {

    @RegisterExtension
    private final TestServer server = TestServer.extension();

    private FakeNode node;
    private Allocation allocation;

    @BeforeEach
    void runAJob() {
        node = FakeNode.in("dc1", "one").connect(server.channel());
        allocation = run("web", "dc1", node, "x${var.jobs/web.db}y", "${var.jobs/web/tls.key}");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void a_node_gets_the_values_that_the_task_refers_to_and_no_others() {
        put("jobs/web", Map.of("db", "secret-1", "unused", "secret-2"));
        put("jobs/web/other", Map.of("key", "secret-3"));

        TaskVariables answer = ask(node, allocation.getId(), "main");

        assertThat(answer.getError()).isEmpty();
        assertThat(answer.getVariablesList())
                .containsExactly(Variable.newBuilder()
                        .setPath("jobs/web")
                        .putItems("db", "secret-1")
                        .build());
        put("jobs/web/tls", Map.of("key", "secret-4"));
        assertThat(ask(node, allocation.getId(), "main").getVariablesList()).hasSize(2);
    }

    @Test
    void a_node_gets_nothing_for_an_allocation_of_another_node_for_another_task_and_for_an_unknown_allocation() {
        put("jobs/web", Map.of("db", "secret-1"));
        try (FakeNode thief = FakeNode.in("dc2", "two").connect(server.channel())) {
            assertNothing(ask(thief, allocation.getId(), "main"));
            assertNothing(ask(node, allocation.getId(), "other"));
            assertNothing(ask(node, "no-such-allocation", "main"));
            assertThat(ask(node, allocation.getId(), "main").getVariablesCount())
                    .isEqualTo(1);
        }
    }

    @Test
    void a_node_gets_nothing_for_an_allocation_that_has_ended() {
        put("jobs/web", Map.of("db", "secret-1"));
        node.report(allocation.getId(), ClientStatus.CLIENT_STATUS_FAILED);

        assertNothing(ask(node, allocation.getId(), "main"));
    }

    @Test
    void the_job_and_the_allocation_have_the_reference_and_never_the_value() {
        put("jobs/web", Map.of("db", "secret-1"));
        var unused = ask(node, allocation.getId(), "main");

        TestClient client = new TestClient(server);
        String known = client.job("web") + " " + client.allocations("web") + " "
                + node.session().received();
        assertThat(known).contains("${var.jobs/web.db}").doesNotContain("secret-1");
    }

    private static void assertNothing(TaskVariables answer) {
        assertThat(answer.getVariablesList()).isEmpty();
        assertThat(answer.getError()).contains("has no task").contains("to start on this node");
    }

    private static TaskVariables ask(FakeNode node, String allocationId, String task) {
        long id = node.session().variables().size() + 1L;
        node.session()
                .send(ConnectRequest.newBuilder()
                        .setVariablesRequest(VariablesRequest.newBuilder()
                                .setRequestId(id)
                                .setAllocationId(allocationId)
                                .setTask(task))
                        .build());
        eventually().until(() -> node.session().variables().size() == id);
        TaskVariables answer = node.session().variables().get((int) id - 1);
        assertThat(answer.getRequestId()).isEqualTo(id);
        return answer;
    }

    private Allocation run(String jobId, String datacenter, FakeNode on, String first, String second) {
        Job.Builder job = TestJobs.job(jobId, datacenter).toBuilder();
        job.getTaskGroupsBuilder(0).getTasksBuilder(0).putEnv("FIRST", first).putEnv("SECOND", second);
        TestClient client = new TestClient(server);
        client.submit(job.build());
        eventually().until(() -> on.session().toRun().size() == 1);
        return on.session().toRun().get(0);
    }

    private void put(String path, Map<String, String> items) {
        var unused = variables()
                .putVariable(PutVariableRequest.newBuilder()
                        .setPath(path)
                        .putAllItems(items)
                        .build());
    }

    private VariableServiceBlockingStub variables() {
        return VariableServiceGrpc.newBlockingStub(server.channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
    }
}
