package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.ListJobsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Tests what clients, the health service and the log report when the store fails. */
@Timeout(120)
class StoreFailureTest {

    @TempDir
    Path dir;

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        root.detachAppender(log);
    }

    @Test
    void a_full_disk_is_named_to_all_and_the_server_serves_again_once_there_is_space() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(dir.resolve("disk"), 64);
                TestServer server = TestServer.start(disk.root())) {
            List<ServingStatus> watched = watchHealth(server);
            submit(server, "first");
            disk.fill(0);

            assertUnavailable(() -> IntStream.range(0, 500).forEach(i -> submit(server, "job-" + i)), "No space left");
            eventually().until(() -> health(server, "") == ServingStatus.NOT_SERVING);
            assertThat(health(server, JobServiceGrpc.SERVICE_NAME)).isEqualTo(ServingStatus.NOT_SERVING);
            for (int i = 0; i < 20; i++) {
                assertUnavailable(() -> submit(server, "later"), "free space");
                assertUnavailable(() -> list(server), "free space");
            }
            disk.free();

            eventually().until(() -> health(server, "") == ServingStatus.SERVING);
            submit(server, "after");
            assertThat(get(server, "first")).isEqualTo("first");
            assertThat(get(server, "after")).isEqualTo("after");
            eventually()
                    .until(() -> watched.containsAll(List.of(ServingStatus.SERVING, ServingStatus.NOT_SERVING))
                            && watched.get(watched.size() - 1) == ServingStatus.SERVING);
            assertThat(errors()).hasSize(1).first().asString().contains("No space left");
            assertThat(server.ends()).isZero();
            server.restart();
            assertThat(get(server, "first")).isEqualTo("first");
            assertThat(get(server, "after")).isEqualTo("after");
        }
    }

    @Test
    void a_database_that_has_closed_itself_is_opened_again_and_nothing_acknowledged_is_missing() throws Exception {
        try (TestServer server = TestServer.start(dir)) {
            submit(server, "first");

            // There were no writes: a read detects the failure. A connection that the pool makes in this moment opens
            // the
            // database again, before anything is noticed.
            eventually().until(() -> {
                closeDatabase(dir);
                return !answers(() -> list(server));
            });

            eventually().until(() -> answers(() -> submit(server, "second")));
            eventually().until(() -> health(server, "") == ServingStatus.SERVING);
            assertThat(get(server, "first")).isEqualTo("first");
            assertThat(get(server, "second")).isEqualTo("second");
            assertThat(errors()).hasSizeLessThan(2);
        }
    }

    @Test
    void a_node_that_was_connected_when_the_store_failed_is_ready_when_it_serves_again() throws Exception {
        try (TestServer server = TestServer.start(dir, Duration.ofSeconds(2));
                FakeNode node = FakeNode.in("dc1", "one").runningTasks()) {
            TestClient client = new TestClient(server);
            node.connect(server.channel());
            client.submit(TestJobs.job("web", "dc1"));
            client.awaitRunning("web", 1);

            closeDatabase(dir);

            eventually().until(() -> answers(() -> submit(server, "other")));
            client.awaitRunning("other", 1);
            client.awaitRunning("web", 1);
        }
    }

    @Test
    void an_error_in_a_write_ends_no_thread_in_silence_and_later_writes_fail_at_once() throws Exception {
        try (TestServer server = TestServer.start(dir);
                FakeNode node = FakeNode.in("dc1", "one")) {
            node.connect(server.channel());
            submit(server, "first");
            server.whenAskedForTheTime(StoreFailureTest::failInTheWriter);

            // The call may return before or after one of its steps fails.
            answers(() -> server.nodes()
                    .drainNode(DrainNodeRequest.newBuilder()
                            .setNodeId("one")
                            .setBegin(DrainStrategy.getDefaultInstance())
                            .build()));
            eventually().until(() -> health(server, "") == ServingStatus.NOT_SERVING);
            server.whenAskedForTheTime(() -> {});

            for (int i = 0; i < 20; i++) {
                assertUnavailable(() -> submit(server, "later"), "a class is gone");
            }
            assertUnavailable(() -> submit(server, "later"), "has to be started again");
            assertThat(get(server, "first")).isEqualTo("first");
            assertThat(server.ends()).isEqualTo(1);
            assertThat(errors()).hasSize(1);
        }
    }

    private static void failInTheWriter() {
        if (Thread.currentThread().getName().equals("store-writer")) {
            throw new NoClassDefFoundError("a class is gone");
        }
    }

    /** In one process, H2 shares a database between all that open it. */
    private static void closeDatabase(Path dataDir) {
        Path file = dataDir.resolve("server").resolve("gantry");
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + file)) {
            connection.createStatement().execute("SHUTDOWN IMMEDIATELY");
        } catch (SQLException e) {
            assertThat(e.getMessage()).contains("closed");
        }
    }

    private static void submit(TestServer server, String id) {
        server.jobs().submitJob(TestJobs.submit(TestJobs.job(id, "dc1")));
    }

    private static void list(TestServer server) {
        server.jobs().listJobs(ListJobsRequest.getDefaultInstance());
    }

    private static String get(TestServer server, String id) {
        return server.jobs()
                .getJob(GetJobRequest.newBuilder().setJobId(id).build())
                .getJob()
                .getJob()
                .getId();
    }

    private static boolean answers(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            return false;
        }
    }

    private static void assertUnavailable(ThrowingCallable call, String said) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(e.getStatus().getDescription()).contains(said);
        });
    }

    private static ServingStatus health(TestServer server, String service) {
        return HealthGrpc.newBlockingStub(server.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    private static List<ServingStatus> watchHealth(TestServer server) {
        List<ServingStatus> seen = new CopyOnWriteArrayList<>();
        HealthGrpc.newStub(server.channel())
                .watch(HealthCheckRequest.getDefaultInstance(), new StreamObserver<HealthCheckResponse>() {
                    @Override
                    public void onNext(HealthCheckResponse response) {
                        seen.add(response.getStatus());
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onCompleted() {}
                });
        return seen;
    }

    /** Returns what was logged, except that this server asks for no tokens. */
    private List<ILoggingEvent> errors() {
        return log.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .filter(event -> event.getLoggerName().startsWith("dev.gantry"))
                .filter(event -> !event.getFormattedMessage().contains("(--insecure)"))
                .toList();
    }
}
