package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.client.GantryClient;
import dev.gantry.client.LogOptions;
import dev.gantry.client.RetryPolicy;
import dev.gantry.client.UnavailableException;
import dev.gantry.concurrent.OwnThread;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.LogStream;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.StreamLogsResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests logs that are read from a node through the server. */
class LogStreamTest {

    @RegisterExtension
    private final TestServer server = TestServer.extension();

    private FakeNode node;
    private String allocation;
    private FakeNode.FakeLog log;

    @BeforeEach
    void start() {
        node = FakeNode.in("dc1", "one").runningTasks().connect(server.channel());
        var unused = server.jobs().submitJob(TestJobs.submit(TestJobs.job("web", "dc1")));
        eventually().until(() -> node.session().toRun().size() == 1);
        allocation = node.session().toRun().get(0).getId();
        log = node.log(allocation, "main");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void what_was_written_so_far_is_read_to_its_end() {
        log.write("one\n").write("two\n");

        assertThat(text(read(StreamLogsRequest.newBuilder()))).isEqualTo("one\ntwo\n");
        assertThat(log.questions().get(0).getStream()).isEqualTo(LogStream.LOG_STREAM_STDOUT);
    }

    @Test
    void a_tail_begins_with_the_last_lines() {
        log.write("one\ntwo\nthree\n").end();

        assertThat(text(read(StreamLogsRequest.newBuilder().setTailLines(2).setStream(LogStream.LOG_STREAM_STDERR))))
                .isEqualTo("two\nthree\n");
        assertThat(log.questions().get(0).getStream()).isEqualTo(LogStream.LOG_STREAM_STDERR);
    }

    @Test
    void a_follower_reads_on_as_the_task_writes_until_it_has_ended() {
        log.write("one\n");
        Iterator<StreamLogsResponse> answers =
                read(StreamLogsRequest.newBuilder().setFollow(true));
        assertThat(answers.next().getData().toStringUtf8()).isEqualTo("one\n");

        log.write("two\n");
        assertThat(answers.next().getData().toStringUtf8()).isEqualTo("two\n");

        log.write("three\n").end();
        assertThat(text(answers)).isEqualTo("three\n");
    }

    @Test
    void a_client_that_does_not_read_keeps_the_server_from_asking_the_node() {
        String piece = "x".repeat(64 * 1024);
        for (int i = 0; i < 100; i++) {
            log.write(piece);
        }
        log.end();
        SlowReader reader = new SlowReader();
        AllocationServiceGrpc.newStub(server.channel())
                .streamLogs(
                        StreamLogsRequest.newBuilder()
                                .setAllocationId(allocation)
                                .setFollow(true)
                                .build(),
                        reader);
        eventually().until(() -> !log.questions().isEmpty());

        // However long it waits: the server asks for what fits in the stream's window and no more.
        eventually().during(Duration.ofMillis(300)).until(() -> log.questions().size() < 50);

        reader.calls.request(Integer.MAX_VALUE);
        eventually().until(() -> reader.bytes.get() == 100L * piece.length());
    }

    @Test
    void logs_of_a_node_that_is_away_are_unavailable() {
        node.drop();

        eventually().until(() -> code(StreamLogsRequest.newBuilder()) == Status.Code.UNAVAILABLE);
    }

    @Test
    void a_follower_is_told_when_the_node_goes_away() {
        log.write("one\n");
        Iterator<StreamLogsResponse> answers =
                read(StreamLogsRequest.newBuilder().setFollow(true));
        assertThat(answers.next().getData().toStringUtf8()).isEqualTo("one\n");
        eventually().until(() -> log.questions().size() == 2);

        node.drop();

        assertThat(catchThrowableOfType(StatusRuntimeException.class, answers::hasNext)
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void a_task_that_the_allocation_does_not_have_is_refused() {
        assertThat(code(StreamLogsRequest.newBuilder().setTask("other"))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(code(StreamLogsRequest.newBuilder().setTailLines(-1))).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void a_log_is_read_from_where_an_answer_said_that_the_next_piece_begins() {
        log.write("one\n");
        long next = read(StreamLogsRequest.newBuilder()).next().getNextOffset();
        log.write("two\n").end();

        assertThat(text(read(StreamLogsRequest.newBuilder().setOffset(next)))).isEqualTo("two\n");
        assertThat(code(StreamLogsRequest.newBuilder().setOffset(-1))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(code(StreamLogsRequest.newBuilder().setOffset(1).setTailLines(1)))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void the_sdk_follows_a_log_over_the_end_of_its_server() throws IOException {
        log.write("one\n");
        try (GantryClient client = client();
                InputStream bytes = client.allocations().logs(allocation, LogOptions.STDOUT.following())) {
            assertThat(bytes.readNBytes(4)).asString().isEqualTo("one\n");

            restartServer();
            node.connect(server.channel());
            log.write("two\n").end();

            assertThat(bytes.readAllBytes()).asString().isEqualTo("two\n");
        }
    }

    @Test
    void the_sdk_misses_nothing_of_a_tail_that_is_written_while_the_server_is_away() throws Exception {
        log.write("old\n");
        try (GantryClient client = client();
                InputStream bytes = client.allocations()
                        .logs(allocation, LogOptions.STDOUT.tail(0).following())) {
            CompletableFuture<byte[]> rest = OwnThread.supply(bytes::readAllBytes);
            // The second question comes once the first has said where the log begins.
            eventually().until(() -> log.questions().size() == 2);

            restartServer();
            log.write("new\n");
            node.connect(server.channel());
            eventually().until(() -> log.questions().size() >= 3);
            log.end();

            assertThat(rest.get(30, TimeUnit.SECONDS)).asString().isEqualTo("new\n");
        }
    }

    @Test
    void the_sdk_says_at_once_that_the_node_of_a_log_is_away() {
        node.drop();
        eventually().until(() -> code(StreamLogsRequest.newBuilder()) == Status.Code.UNAVAILABLE);

        try (GantryClient client = client()) {
            assertThatThrownBy(() -> client.allocations()
                            .logs(allocation, LogOptions.STDOUT.following())
                            .read())
                    .isInstanceOf(UnavailableException.class);
        }
    }

    private void restartServer() throws IOException {
        server.restartInPlace();
        eventually().until(() -> !node.session().isOpen());
    }

    private GantryClient client() {
        return GantryClient.builder()
                .address(HostPort.format(server.server().address()))
                .retry(new RetryPolicy(2, Duration.ofMillis(20), Duration.ofMillis(200), 2))
                .build();
    }

    private Iterator<StreamLogsResponse> read(StreamLogsRequest.Builder request) {
        return server.allocations()
                .streamLogs(request.setAllocationId(allocation).build());
    }

    private Status.Code code(StreamLogsRequest.Builder request) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> text(read(request)));
        return failure == null ? Status.Code.OK : failure.getStatus().getCode();
    }

    private static String text(Iterator<StreamLogsResponse> answers) {
        StringBuilder text = new StringBuilder();
        answers.forEachRemaining(answer -> text.append(answer.getData().toStringUtf8()));
        return text.toString();
    }

    /** Asks for nothing until it is told to. */
    private static final class SlowReader implements ClientResponseObserver<StreamLogsRequest, StreamLogsResponse> {

        private final AtomicLong bytes = new AtomicLong();
        private volatile ClientCallStreamObserver<StreamLogsRequest> calls;

        @Override
        public void beforeStart(ClientCallStreamObserver<StreamLogsRequest> stream) {
            stream.disableAutoRequestWithInitial(0);
            calls = stream;
        }

        @Override
        public void onNext(StreamLogsResponse answer) {
            bytes.addAndGet(answer.getData().size());
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
