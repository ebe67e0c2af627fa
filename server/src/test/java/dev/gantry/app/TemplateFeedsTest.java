package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.PutVariableRequest;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.Template;
import dev.gantry.v1.TemplateData;
import dev.gantry.v1.TemplateWatch;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariableServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what a server tells which node for templates. */
@Timeout(60)
class TemplateFeedsTest {

    @RegisterExtension
    private final TestServer server = TestServer.extension();

    private FakeNode node;
    private Allocation allocation;

    @BeforeEach
    void runAJob() {
        node = FakeNode.in("dc1", "one").connect(server.channel());
        Job.Builder job = TestJobs.job("web", "dc1").toBuilder();
        job.getTaskGroupsBuilder(0)
                .getTasksBuilder(0)
                .addTemplates(
                        Template.newBuilder()
                                .setDestination("local/a")
                                .setData(
                                        "{{ range nomadService \"db\" }}{{ .Address }}{{ end }}"
                                                + "{{ with nomadVar \"jobs/web\" }}{{ .key }}{{ end }}{{ nomadVarExists \"jobs/web\" }}"));
        new TestClient(server).submit(job.build());
        eventually().until(() -> node.session().toRun().size() == 1);
        allocation = node.session().toRun().get(0);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void a_node_is_told_what_the_templates_name_at_once_and_after_each_change_and_nothing_else() {
        put("jobs/web", Map.of("key", "secret-1"));
        put("jobs/web/other", Map.of("key", "secret-2"));

        watch(node, allocation.getId(), "main", false);

        TemplateData first = told(1);
        assertThat(first.getError()).isEmpty();
        assertThat(first.getVariablesList())
                .containsExactly(Variable.newBuilder()
                        .setPath("jobs/web")
                        .putItems("key", "secret-1")
                        .build());
        assertThat(first.getServicesList()).singleElement().satisfies(service -> {
            assertThat(service.getName()).isEqualTo("db");
            assertThat(service.getInstancesList()).isEmpty();
        });
        put("jobs/web/other", Map.of("key", "secret-3"));
        put("jobs/web", Map.of("key", "secret-4"));
        assertThat(told(2).getVariables(0).getItemsMap()).containsExactly(Map.entry("key", "secret-4"));
    }

    @Test
    void a_node_is_told_of_the_instances_of_a_service_as_they_come_and_go() {
        watch(node, allocation.getId(), "main", false);
        assertThat(told(1).getServices(0).getInstancesList()).isEmpty();
        Allocation db = runDatabase();

        node.report(db.getId(), ClientStatus.CLIENT_STATUS_RUNNING);

        List<ServiceInstance> instances = told(2).getServices(0).getInstancesList();
        assertThat(instances).extracting(ServiceInstance::getJobId).containsExactly("db");
        assertThat(instances.get(0).getPort()).isEqualTo(db.getPorts(0).getPort());

        node.report(db.getId(), ClientStatus.CLIENT_STATUS_FAILED);

        assertThat(told(3).getServices(0).getInstancesList()).isEmpty();
    }

    @Test
    void a_watch_that_has_ended_is_told_nothing_any_more() {
        watch(node, allocation.getId(), "main", false);
        assertThat(told(1).getError()).isEmpty();

        watch(node, allocation.getId(), "main", true);
        put("jobs/web", Map.of("key", "secret-1"));
        watch(node, allocation.getId(), "main", false);

        assertThat(told(2).getVariablesCount())
                .as("the first word of the second watch")
                .isEqualTo(1);
        assertThat(node.session().templateData()).hasSize(2);
    }

    @Test
    void a_node_is_told_nothing_for_tasks_that_are_not_its_own() {
        put("jobs/web", Map.of("key", "secret-1"));
        try (FakeNode thief = FakeNode.in("dc2", "two").connect(server.channel())) {
            watch(thief, allocation.getId(), "main", false);
            watch(thief, "no-such-allocation", "main", false);
            eventually().until(() -> thief.session().templateData().size() == 2);

            assertThat(thief.session().templateData()).allSatisfy(data -> {
                assertThat(data.getVariablesList()).isEmpty();
                assertThat(data.getServicesList()).isEmpty();
                assertThat(data.getError()).contains("has no task").contains("to start on this node");
            });
        }
    }

    @Test
    void a_node_is_told_nothing_more_once_the_allocation_has_ended() {
        watch(node, allocation.getId(), "main", false);
        assertThat(told(1).getError()).isEmpty();
        node.report(allocation.getId(), ClientStatus.CLIENT_STATUS_FAILED);

        put("jobs/web", Map.of("key", "secret-1"));

        assertThat(told(2).getError()).contains("has no task");
        assertThat(told(2).getVariablesList()).isEmpty();
    }

    private Allocation runDatabase() {
        Job.Builder job = TestJobs.job("db", "dc1").toBuilder();
        var task = job.getTaskGroupsBuilder(0).getTasksBuilder(0);
        task.getResourcesBuilder().addPortsBuilder().setLabel("sql");
        task.addServicesBuilder().setName("db").setPort("sql");
        new TestClient(server).submit(job.build());
        eventually().until(() -> node.session().toRun().size() == 2);
        return node.session().toRun().stream()
                .filter(one -> one.getJobId().equals("db"))
                .findFirst()
                .orElseThrow();
    }

    private TemplateData told(int count) {
        eventually().until(() -> node.session().templateData().size() >= count);
        return node.session().templateData().get(count - 1);
    }

    private static void watch(FakeNode node, String allocationId, String task, boolean ends) {
        node.session()
                .send(ConnectRequest.newBuilder()
                        .setTemplateWatch(TemplateWatch.newBuilder()
                                .setAllocationId(allocationId)
                                .setTask(task)
                                .setEnd(ends))
                        .build());
    }

    private void put(String path, Map<String, String> items) {
        var unused = VariableServiceGrpc.newBlockingStub(server.channel())
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .putVariable(PutVariableRequest.newBuilder()
                        .setPath(path)
                        .putAllItems(items)
                        .build());
    }
}
