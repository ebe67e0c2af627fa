package dev.gantry.cluster.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.cluster.job.JobVersionCache;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.cluster.watch.WatchHub.ServiceTopic;
import dev.gantry.store.Store;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckState;
import dev.gantry.v1.CheckStatus;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import dev.gantry.v1.Service;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the catalog follows the results of checks in a real store. */
class ServiceCatalogTest {

    private static final String ID = "11111111-2222-3333-4444-555555555555";

    private static final Job JOB = Job.newBuilder()
            .setId("shop")
            .addTaskGroups(TaskGroup.newBuilder()
                    .setName("front")
                    .addTasks(Task.newBuilder()
                            .setName("nginx")
                            .addServices(Service.newBuilder()
                                    .setName("web")
                                    .setPort("http")
                                    .addChecks(Check.newBuilder().setName("alive"))
                                    .addChecks(Check.newBuilder().setName("ready")))
                            .addServices(Service.newBuilder().setName("plain").setPort("http"))
                            .addServices(Service.newBuilder().setName("nowhere"))))
            .build();

    @TempDir
    Path dir;

    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final WatchHub watches = new WatchHub();
    private final AtomicInteger woken = new AtomicInteger();
    private Store store;
    private ServiceCatalog catalog;
    private Allocation allocation;

    @BeforeEach
    void start() {
        store = Store.open(dir);
        catalog = new ServiceCatalog(store.reader(), new JobVersionCache(store.reader()), watches, executor);
        store.listen(catalog::publish);
        watches.watch(new ServiceTopic("web"), woken::incrementAndGet);
        store.write(tx -> tx.putJobVersion(JobRecord.newBuilder().setJob(JOB).build()))
                .join();
        store.write(tx -> tx.insertNode(
                        Node.newBuilder().setId("n1").setName("n1").build(), ByteString.copyFrom(new byte[] {1})))
                .join();
        allocation = store.write(tx -> tx.insertAllocation(Allocation.newBuilder()
                        .setId(ID)
                        .setName("shop.front[0]")
                        .setJobId("shop")
                        .setTaskGroup("front")
                        .setNodeId("n1")
                        .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                        .setClientStatus(ClientStatus.CLIENT_STATUS_PENDING)
                        .addPorts(AllocatedPort.newBuilder()
                                .setLabel("http")
                                .setTask("nginx")
                                .setIp("127.0.0.1")
                                .setPort(8080))
                        .build()))
                .join();
    }

    @AfterEach
    void stop() {
        store.close();
        executor.shutdownNow();
    }

    @Test
    void a_service_is_healthy_while_all_its_checks_pass() {
        say(check("alive", CheckStatus.CHECK_STATUS_PASSING), check("ready", CheckStatus.CHECK_STATUS_PENDING));
        eventually(() ->
                assertThat(catalog.healthy("plain", List.of(), any -> true)).hasSize(1));
        assertThat(catalog.healthy("web", List.of(), any -> true)).isEmpty();

        say(check("alive", CheckStatus.CHECK_STATUS_PASSING), check("ready", CheckStatus.CHECK_STATUS_PASSING));
        eventually(() -> assertThat(catalog.healthy("web", List.of(), any -> true))
                .extracting(ServiceInstance::getPort)
                .containsExactly(8080));

        say(check("alive", CheckStatus.CHECK_STATUS_FAILING), check("ready", CheckStatus.CHECK_STATUS_PASSING));
        eventually(
                () -> assertThat(catalog.healthy("web", List.of(), any -> true)).isEmpty());
        assertThat(catalog.healthy("plain", List.of(), any -> true)).hasSize(1);
        assertThat(catalog.list("", "", 10, any -> true))
                .extracting(
                        service -> "%s %d/%d".formatted(service.getName(), service.getHealthy(), service.getTotal()))
                .containsExactly("plain 1/1", "web 0/1");
    }

    @Test
    void watchers_are_woken_only_by_changes_of_a_service() {
        say(check("alive", CheckStatus.CHECK_STATUS_PASSING));
        eventually(() -> assertThat(woken).hasValue(1));

        say(check("alive", CheckStatus.CHECK_STATUS_FAILING));
        say(check("alive", CheckStatus.CHECK_STATUS_PASSING), check("ready", CheckStatus.CHECK_STATUS_PASSING));

        eventually(
                () -> assertThat(catalog.healthy("web", List.of(), any -> true)).hasSize(1));
        eventually(() -> assertThat(woken).hasValue(2));
    }

    @Test
    void services_of_stored_allocations_are_loaded() {
        say(check("alive", CheckStatus.CHECK_STATUS_PASSING), check("ready", CheckStatus.CHECK_STATUS_PASSING));
        ServiceCatalog second =
                new ServiceCatalog(store.reader(), new JobVersionCache(store.reader()), watches, executor);

        second.load();

        eventually(
                () -> assertThat(second.healthy("web", List.of(), any -> true)).hasSize(1));
    }

    private void say(CheckState... checks) {
        allocation = store.write(tx -> tx.updateClient(allocation.toBuilder()
                        .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                        .clearChecks()
                        .addAllChecks(Stream.of(checks).toList())
                        .build()))
                .join();
    }

    private static CheckState check(String name, CheckStatus status) {
        return CheckState.newBuilder()
                .setTask("nginx")
                .setService("web")
                .setCheck(name)
                .setStatus(status)
                .build();
    }

    private static void eventually(org.awaitility.core.ThrowingRunnable assertion) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(assertion);
    }
}
