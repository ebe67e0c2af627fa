package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckType;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DiscoveryServiceGrpc;
import dev.gantry.v1.DiscoveryServiceGrpc.DiscoveryServiceBlockingStub;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetServiceRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.ListServicesRequest;
import dev.gantry.v1.ListServicesResponse;
import dev.gantry.v1.Port;
import dev.gantry.v1.PromoteDeploymentRequest;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Service;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.ServiceSummary;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import dev.gantry.v1.WatchServiceRequest;
import dev.gantry.v1.WatchServiceResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests service discovery. */
class DiscoveryServiceTest {

    @RegisterExtension
    private final TestServer server = TestServer.extension();

    private FakeNode node;

    @BeforeEach
    void start() {
        node = FakeNode.in("dc1", "one").connect(server.channel());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void a_service_is_found_while_its_allocation_runs() {
        Allocation allocation =
                submitAndRun(offering("shop", "web", "public"), 1).get(0);

        List<ServiceInstance> instances = eventually().until(() -> find("web"), found -> !found.isEmpty());

        assertThat(instances)
                .containsExactly(ServiceInstance.newBuilder()
                        .setService("web")
                        .setIp("127.0.0.1")
                        .setPort(allocation.getPorts(0).getPort())
                        .addTags("public")
                        .setAllocationId(allocation.getId())
                        .setTask("main")
                        .setNodeId(node.id())
                        .setJobId("shop")
                        .build());

        node.report(allocation.getId(), ClientStatus.CLIENT_STATUS_FAILED);

        eventually().until(() -> find("web").isEmpty());
    }

    @Test
    void a_service_that_is_being_stopped_is_no_longer_told_of_though_it_runs() {
        submitAndRun(offering("shop", "web"), 1);
        eventually().until(() -> find("web").size() == 1);

        var unused = server.jobs()
                .stopJob(StopJobRequest.newBuilder().setJobId("shop").build());

        eventually().until(() -> find("web").isEmpty());
        assertThat(list("").getServicesList())
                .containsExactly(ServiceSummary.newBuilder()
                        .setName("web")
                        .setHealthy(0)
                        .setTotal(1)
                        .build());
    }

    @Test
    void a_service_with_a_check_is_not_told_of_before_the_check_passes() {
        Job.Builder job = offering("shop", "web").toBuilder();
        job.getTaskGroupsBuilder(0)
                .getTasksBuilder(0)
                .getServicesBuilder(0)
                .addChecks(Check.newBuilder().setType(CheckType.CHECK_TYPE_TCP));

        submitAndRun(job.build(), 1);

        eventually().until(() -> list("").getServicesCount() == 1);
        assertThat(list("").getServices(0).getTotal()).isEqualTo(1);
        assertThat(list("").getServices(0).getHealthy()).isZero();
        assertThat(find("web")).isEmpty();
    }

    @Test
    void instances_are_chosen_by_all_of_some_tags() {
        submitAndRun(offering("a", "web", "public", "eu"), 1);
        submitAndRun(offering("b", "web", "public"), 2);
        eventually().until(() -> find("web").size() == 2);

        assertThat(find("web", "eu", "public"))
                .extracting(ServiceInstance::getJobId)
                .containsExactly("a");
        assertThat(list("").getServices(0).getTagsList()).containsExactly("eu", "public");
    }

    @Test
    void services_are_listed_by_name_in_pages_and_by_prefix() {
        List.of("db", "web-api", "web-front", "zoo").forEach(name -> {
            var unused = server.jobs().submitJob(TestJobs.submit(offering("job-" + name, name)));
        });
        eventually().until(() -> node.session().toRun().size() == 4);
        node.session()
                .toRun()
                .forEach(allocation -> node.report(allocation.getId(), ClientStatus.CLIENT_STATUS_RUNNING));
        eventually().until(() -> list("").getServicesCount() == 4);

        ListServicesResponse first = list("", 3, "");
        ListServicesResponse second = list("", 3, first.getNextPageToken());

        assertThat(first.getServicesList())
                .extracting(ServiceSummary::getName)
                .containsExactly("db", "web-api", "web-front");
        assertThat(second.getServicesList()).extracting(ServiceSummary::getName).containsExactly("zoo");
        assertThat(second.getNextPageToken()).isEmpty();
        assertThat(list("web").getServicesList())
                .extracting(ServiceSummary::getName)
                .containsExactly("web-api", "web-front");
        assertThat(list("web", 1, list("web", 1, "").getNextPageToken()).getServicesList())
                .extracting(ServiceSummary::getName)
                .containsExactly("web-front");
    }

    @Test
    void a_canary_has_its_own_tags_until_it_is_promoted() {
        Job.Builder job = offering("shop", "web", "live").toBuilder()
                .setUpdate(UpdateStrategy.newBuilder().setCanary(1));
        job.getTaskGroupsBuilder(0).getTasksBuilder(0).getServicesBuilder(0).addCanaryTags("canary");
        submitAndRun(job.build(), 1).forEach(stable -> node.reportHealth(stable.getId(), true));
        eventually().until(() -> find("web", "live").size() == 1);
        job.getTaskGroupsBuilder(0).getTasksBuilder(0).putEnv("RELEASE", "2");

        String canary = submitAndRun(job.build(), 2).stream()
                .filter(Allocation::getCanary)
                .findFirst()
                .orElseThrow()
                .getId();
        node.reportHealth(canary, true);

        eventually().until(() -> find("web", "canary").size() == 1);
        assertThat(find("web", "live")).hasSize(1);
        var unused = server.jobs()
                .promoteDeployment(PromoteDeploymentRequest.newBuilder()
                        .setDeploymentId(server.jobs()
                                .getJob(GetJobRequest.newBuilder()
                                        .setJobId("shop")
                                        .build())
                                .getDeployment()
                                .getId())
                        .build());
        eventually().until(() -> find("web", "canary").isEmpty());
        assertThat(find("web", "live"))
                .extracting(ServiceInstance::getAllocationId)
                .contains(canary);
    }

    @Test
    void a_watch_begins_with_what_there_is_and_goes_on_with_each_change() {
        Iterator<WatchServiceResponse> watch = directory()
                .watchService(WatchServiceRequest.newBuilder().setName("web").build());
        assertThat(watch.next().getInstancesList()).isEmpty();

        Allocation allocation = submitAndRun(offering("shop", "web"), 1).get(0);
        assertThat(watch.next().getInstancesList())
                .extracting(ServiceInstance::getAllocationId)
                .containsExactly(allocation.getId());

        node.report(allocation.getId(), ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(watch.next().getInstancesList()).isEmpty();
    }

    @Test
    void a_server_that_starts_anew_knows_where_services_are() throws IOException {
        Allocation allocation = submitAndRun(offering("shop", "web"), 1).get(0);
        eventually().until(() -> find("web").size() == 1);

        server.restart();

        eventually().until(() -> find("web").size() == 1);
        assertThat(find("web").get(0).getAllocationId()).isEqualTo(allocation.getId());
    }

    @Test
    void a_service_without_a_name_is_refused() {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> find(""));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    /** Submits a job of one allocation and has it run; {@code count} is how many the node then has. */
    private List<Allocation> submitAndRun(Job job, int count) {
        var unused = server.jobs().submitJob(TestJobs.submit(job));
        eventually().until(() -> node.session().toRun().size() == count);
        List<Allocation> mine = node.session().toRun().stream()
                .filter(allocation -> allocation.getJobId().equals(job.getId()))
                .toList();
        mine.forEach(allocation -> node.report(allocation.getId(), ClientStatus.CLIENT_STATUS_RUNNING));
        return mine;
    }

    private static Job offering(String id, String service, String... tags) {
        return TestJobs.job(
                id,
                "dc1",
                TaskGroup.newBuilder()
                        .setName("web")
                        .addTasks(TestJobs.task()
                                .setResources(Resources.newBuilder()
                                        .setCpu(20)
                                        .setMemoryMib(10)
                                        .addPorts(Port.newBuilder().setLabel("http")))
                                .addServices(Service.newBuilder()
                                        .setName(service)
                                        .setPort("http")
                                        .addAllTags(List.of(tags)))));
    }

    private List<ServiceInstance> find(String name, String... tags) {
        return directory()
                .getService(GetServiceRequest.newBuilder()
                        .setName(name)
                        .addAllTags(List.of(tags))
                        .build())
                .getInstancesList();
    }

    private ListServicesResponse list(String prefix) {
        return list(prefix, 0, "");
    }

    private ListServicesResponse list(String prefix, int size, String token) {
        return directory()
                .listServices(ListServicesRequest.newBuilder()
                        .setPrefix(prefix)
                        .setPageSize(size)
                        .setPageToken(token)
                        .build());
    }

    private DiscoveryServiceBlockingStub directory() {
        return DiscoveryServiceGrpc.newBlockingStub(server.channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
    }
}
