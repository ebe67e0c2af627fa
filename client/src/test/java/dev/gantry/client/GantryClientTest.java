package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc.ClusterServiceImplBase;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobServiceGrpc.JobServiceImplBase;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListJobsResponse;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GantryClientTest {

    /** Java's common pool has one thread on a machine with two processors: what waits there can wait for itself. */
    private static final Executor OWN_THREAD = work -> new Thread(work).start();

    private static final RetryPolicy QUICK = new RetryPolicy(4, Duration.ofMillis(1), Duration.ofMillis(5), 2);

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void the_guide_names_the_retries_that_a_client_makes_by_default() throws IOException {
        RetryPolicy policy = RetryPolicy.DEFAULT;

        assertThat(Files.readString(Path.of("../docs/sdk.md")))
                .contains("| `retry` | %d attempts, %d ms doubling up to %d s, ± 20 %% |"
                        .formatted(
                                policy.maxAttempts(),
                                policy.initialBackoff().toMillis(),
                                policy.maxBackoff().toSeconds()));
    }

    @Test
    void a_submission_is_tried_again_with_the_same_request_id_until_the_server_is_available() throws IOException {
        List<SubmitJobRequest> seen = new CopyOnWriteArrayList<>();
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> answer) {
                seen.add(request);
                if (seen.size() < 4) {
                    answer.onError(Status.UNAVAILABLE.asRuntimeException());
                } else {
                    answer.onNext(SubmitJobResponse.newBuilder()
                            .setEvaluationId("e1")
                            .setVersion(3)
                            .setModifyIndex(17)
                            .build());
                    answer.onCompleted();
                }
            }
        });

        SubmitJobResponse submitted =
                client.jobs().submit(Jobs.service("web").build(), SubmitOptions.DEFAULT.withCheckIndex(12));

        assertThat(submitted.getEvaluationId()).isEqualTo("e1");
        assertThat(submitted.getVersion()).isEqualTo(3);
        assertThat(submitted.getModifyIndex()).isEqualTo(17);
        assertThat(seen).hasSize(4);
        assertThat(seen)
                .extracting(SubmitJobRequest::getRequestId)
                .doesNotContain("")
                .containsOnly(seen.get(0).getRequestId());
        assertThat(seen.get(0).getCheckIndex()).isEqualTo(12);
    }

    @Test
    void a_request_that_the_server_has_no_room_for_is_tried_again_only_if_the_server_says_so() throws IOException {
        AtomicInteger submissions = new AtomicInteger();
        AtomicInteger reads = new AtomicInteger();
        com.google.rpc.Status noRoom = com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.RESOURCE_EXHAUSTED.value())
                .setMessage("no room")
                .addDetails(Any.pack(RetryInfo.getDefaultInstance()))
                .build();
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> answer) {
                if (submissions.incrementAndGet() == 1) {
                    answer.onError(StatusProto.toStatusRuntimeException(noRoom));
                } else {
                    answer.onNext(SubmitJobResponse.getDefaultInstance());
                    answer.onCompleted();
                }
            }

            @Override
            public void getJob(GetJobRequest request, StreamObserver<GetJobResponse> answer) {
                reads.incrementAndGet();
                answer.onError(
                        Status.RESOURCE_EXHAUSTED.withDescription("too large").asRuntimeException());
            }
        });

        assertThat(client.jobs().submit(Jobs.service("web").build())).isNotNull();
        assertThatThrownBy(() -> client.jobs().get("web"))
                .isExactlyInstanceOf(GantryException.class)
                .hasMessage("RESOURCE_EXHAUSTED: too large");

        assertThat(submissions).hasValue(2);
        assertThat(reads).hasValue(1);
    }

    @Test
    void two_submissions_have_two_request_ids_unless_the_caller_says_otherwise() throws IOException {
        List<String> ids = new CopyOnWriteArrayList<>();
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> answer) {
                ids.add(request.getRequestId());
                assertThat(request.hasCheckIndex()).isFalse();
                answer.onNext(SubmitJobResponse.getDefaultInstance());
                answer.onCompleted();
            }
        });
        Job job = Jobs.service("web").build();

        client.jobs().submit(job);
        client.jobs().submit(job);
        client.jobs().submit(job, SubmitOptions.DEFAULT.withRequestId("mine"));

        assertThat(ids).doesNotHaveDuplicates().endsWith("mine");
    }

    @Test
    void a_call_is_given_up_after_the_last_attempt() throws IOException {
        List<GetJobRequest> seen = new CopyOnWriteArrayList<>();
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void getJob(GetJobRequest request, StreamObserver<GetJobResponse> answer) {
                seen.add(request);
                answer.onError(Status.UNAVAILABLE.withDescription("overloaded").asRuntimeException());
            }
        });

        UnavailableException failure = catchThrowableOfType(
                UnavailableException.class, () -> client.jobs().get("web"));

        assertThat(seen).hasSize(QUICK.maxAttempts());
        assertThat(failure).hasMessage("overloaded");
        assertThat(failure.isServerReached()).isTrue();
    }

    @Test
    void a_server_that_is_not_there_is_named_with_the_reason() throws IOException {
        String address = "127.0.0.1:" + unusedPort();
        GantryClient client = client(address);

        UnavailableException failure = catchThrowableOfType(UnavailableException.class, client::status);

        assertThat(failure).hasMessage("No Gantry server at " + address + ": Connection refused");
        assertThat(failure.isServerReached()).isFalse();
    }

    @Test
    void a_server_that_is_not_there_is_unavailable_also_when_the_deadline_comes_before_the_last_attempt()
            throws IOException {
        String address = "127.0.0.1:" + unusedPort();
        GantryClient client = started(GantryClient.builder()
                .address(address)
                .deadline(Duration.ofSeconds(3))
                .retry(new RetryPolicy(20, Duration.ofMillis(100), Duration.ofSeconds(5), 2))
                .build());

        UnavailableException failure = catchThrowableOfType(UnavailableException.class, client::status);

        assertThat(failure).hasMessage("No Gantry server at " + address + ": Connection refused");
        assertThat(failure.isServerReached()).isFalse();
    }

    @Test
    void a_deadline_that_comes_during_a_retry_does_not_hide_why_the_attempt_before_failed() throws Exception {
        ServerSocket resetsFirst = started(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()));
        GantryClient client = started(GantryClient.builder()
                .address("127.0.0.1:" + resetsFirst.getLocalPort())
                .deadline(Duration.ofSeconds(2))
                .retry(new RetryPolicy(20, Duration.ofMillis(100), Duration.ofSeconds(5), 2))
                .build());
        CompletableFuture<Void> reset = CompletableFuture.runAsync(
                () -> {
                    try (Socket first = resetsFirst.accept()) {
                        first.setSoLinger(true, 0);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                OWN_THREAD);

        // The kernel accepts the second connection, but no process reads it.
        UnavailableException failure = catchThrowableOfType(UnavailableException.class, client::status);

        assertThat(reset).succeedsWithin(Duration.ofSeconds(10));
        assertThat(failure).hasMessageNotContaining("no connection within");
    }

    @Test
    void a_server_that_does_not_speak_is_unavailable_when_the_deadline_comes() throws IOException {
        // The kernel accepts the connection, but no process reads it.
        ServerSocket silent = started(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        String address = "127.0.0.1:" + silent.getLocalPort();
        GantryClient client = started(GantryClient.builder()
                .address(address)
                .deadline(Duration.ofMillis(300))
                .build());

        UnavailableException failure = catchThrowableOfType(UnavailableException.class, client::status);

        assertThat(failure).hasMessage("No Gantry server at " + address + ": no connection within 300 ms");
        assertThat(failure.isServerReached()).isFalse();
    }

    @Test
    void what_does_not_speak_grpc_is_told_apart() throws Exception {
        ServerSocket web = started(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        String address = "127.0.0.1:" + web.getLocalPort();
        Thread answers = new Thread(() -> {
            try (Socket connection = web.accept()) {
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                connection.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // The client has seen enough.
            }
        });
        answers.start();
        GantryClient client = client(address);

        assertThat(catchThrowableOfType(GantryException.class, client::status))
                .hasMessageStartingWith("What listens at " + address + " does not speak gRPC: is it a Gantry server? ");

        client.close();
        answers.join(30_000);
    }

    @Test
    void an_answer_that_can_not_be_read_is_told_with_the_address_and_the_fault() throws IOException {
        MethodDescriptor<GetStatusRequest, GetStatusRequest> method = ClusterServiceGrpc.getGetStatusMethod().toBuilder(
                        ClusterServiceGrpc.getGetStatusMethod().getRequestMarshaller(), new ZeroByte())
                .build();
        ScriptedServer server =
                started(ScriptedServer.start(() -> ServerServiceDefinition.builder(ClusterServiceGrpc.SERVICE_NAME)
                        .addMethod(method, ServerCalls.asyncUnaryCall((request, answer) -> {
                            answer.onNext(request);
                            answer.onCompleted();
                        }))
                        .build()));
        GantryClient client = client(server.address());

        assertThat(catchThrowableOfType(GantryException.class, client::status))
                .hasMessage(
                        "What listens at " + server.address() + " has sent an answer that can't be read: is it a Gantry"
                                + " server of this version? Protocol message contained an invalid tag (zero).");
    }

    /** Sends a byte that is no message. */
    private static final class ZeroByte implements MethodDescriptor.Marshaller<GetStatusRequest> {

        @Override
        public InputStream stream(GetStatusRequest any) {
            return new ByteArrayInputStream(new byte[1]);
        }

        @Override
        public GetStatusRequest parse(InputStream stream) {
            throw new UnsupportedOperationException("Only sends");
        }
    }

    /** gRPC says so of a call that is begun while the connection closes. */
    @Test
    void a_connection_that_closes_under_a_call_has_broken() {
        StatusException closed = Status.UNKNOWN
                .withDescription("channel closed")
                .withCause(new ClosedChannelException())
                .asException();

        assertThat(Failures.toException(closed, "server:4600"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("The connection to server:4600 broke: channel closed");
        assertThat(Failures.toException(Status.UNKNOWN.asException(), "server:4600"))
                .isNotInstanceOf(UnavailableException.class);
    }

    @Test
    void an_interrupted_thread_is_told_so_and_stays_interrupted() throws IOException {
        GantryClient client =
                client(started(ScriptedServer.start(new StatusService())).address());
        Thread.currentThread().interrupt();

        GantryException failure = catchThrowableOfType(GantryException.class, client::status);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure).hasMessage("Interrupted while waiting for the server");
    }

    @Test
    void a_call_that_is_not_answered_ends_at_the_deadline() throws IOException {
        ScriptedServer server = started(ScriptedServer.start(new JobServiceImplBase() {
            @Override
            public void getJob(GetJobRequest request, StreamObserver<GetJobResponse> answer) {
                // never answers
            }
        }));
        GantryClient client = started(GantryClient.builder()
                .address(server.address())
                .deadline(Duration.ofMillis(200))
                .build());

        assertThatThrownBy(() -> client.jobs().get("web"))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining(server.address());
    }

    @Test
    void a_conflict_says_which_index_was_expected_and_which_the_job_has() throws IOException {
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> answer) {
                answer.onError(StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                        .setCode(Code.ABORTED_VALUE)
                        .setMessage("someone changed it")
                        .addDetails(Any.pack(ErrorInfo.newBuilder()
                                .setReason("CHECK_INDEX_MISMATCH")
                                .putMetadata("check_index", "12")
                                .putMetadata("modify_index", "17")
                                .build()))
                        .build()));
            }
        });

        ConflictException failure = catchThrowableOfType(
                ConflictException.class,
                () -> client.jobs().submit(Jobs.service("web").build(), SubmitOptions.DEFAULT.withCheckIndex(12)));

        assertThat(failure).hasMessage("someone changed it");
        assertThat(failure.expectedIndex()).isEqualTo(12);
        assertThat(failure.actualIndex()).isEqualTo(17);
    }

    @Test
    void each_violation_of_a_refused_job_is_told() throws IOException {
        FieldViolation image = FieldViolation.newBuilder()
                .setField("task_groups[0].tasks[0].config.image")
                .setDescription("is missing")
                .build();
        FieldViolation count = FieldViolation.newBuilder()
                .setField("task_groups[0].count")
                .setDescription("is -1")
                .build();
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> answer) {
                answer.onError(StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                        .setCode(Code.INVALID_ARGUMENT_VALUE)
                        .setMessage("The job is not valid")
                        .addDetails(Any.pack(BadRequest.newBuilder()
                                .addFieldViolations(image)
                                .addFieldViolations(count)
                                .build()))
                        .build()));
            }
        });

        InvalidArgumentException failure = catchThrowableOfType(
                InvalidArgumentException.class,
                () -> client.jobs().submit(Jobs.service("web").build()));

        assertThat(failure).hasMessage("The job is not valid");
        assertThat(failure.violations())
                .containsExactly(
                        violation("task_groups[0].tasks[0].config.image", "is missing"),
                        violation("task_groups[0].count", "is -1"));
    }

    @Test
    void each_refusal_has_a_type_of_its_own() throws IOException {
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void getJob(GetJobRequest request, StreamObserver<GetJobResponse> answer) {
                answer.onError(Status.fromCode(Status.Code.valueOf(request.getJobId()))
                        .withDescription("because")
                        .asRuntimeException());
            }
        });

        assertThatThrownBy(() -> client.jobs().get("NOT_FOUND"))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("because");
        assertThatThrownBy(() -> client.jobs().get("FAILED_PRECONDITION"))
                .isInstanceOf(PreconditionFailedException.class)
                .hasMessage("because");
        assertThatThrownBy(() -> client.jobs().get("INVALID_ARGUMENT"))
                .isInstanceOfSatisfying(
                        InvalidArgumentException.class,
                        failure -> assertThat(failure.violations()).isEmpty());
        assertThatThrownBy(() -> client.jobs().get("ABORTED"))
                .isExactlyInstanceOf(GantryException.class)
                .hasMessage("ABORTED: because");
        assertThatThrownBy(() -> client.jobs().get("INTERNAL"))
                .isExactlyInstanceOf(GantryException.class)
                .hasMessage("INTERNAL: because");
    }

    @Test
    void a_grpc_server_that_is_not_gantrys_is_told_apart() throws IOException {
        GantryClient client = clientOf(new JobServiceImplBase() {});

        assertThatThrownBy(client::status)
                .isExactlyInstanceOf(GantryException.class)
                .hasMessageContaining("is it a Gantry server?");
    }

    @Test
    void a_list_fetches_each_page_only_when_it_is_come_to() throws IOException {
        List<ListJobsRequest> seen = new CopyOnWriteArrayList<>();
        GantryClient client = clientOf(new JobServiceImplBase() {
            @Override
            public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> answer) {
                seen.add(request);
                answer.onNext(
                        switch (request.getPageToken()) {
                            case "" -> page("2", "a", "b");
                            // a page may be empty and not be the last
                            case "2" -> page("3");
                            case "3" -> page("", "c");
                            default -> throw new AssertionError(request);
                        });
                answer.onCompleted();
            }
        });

        Iterator<JobRecord> jobs =
                client.jobs().list(JobQuery.ALL.beginningWith("pre")).iterator();
        assertThat(seen).isEmpty();
        assertThat(jobs.next().getJob().getId()).isEqualTo("a");
        assertThat(jobs.next().getJob().getId()).isEqualTo("b");
        assertThat(seen).hasSize(1);
        assertThat(jobs.next().getJob().getId()).isEqualTo("c");
        assertThat(jobs.hasNext()).isFalse();
        assertThat(seen).extracting(ListJobsRequest::getPageToken).containsExactly("", "2", "3");
        assertThat(seen).extracting(ListJobsRequest::getPrefix).containsOnly("pre");
    }

    @Test
    void the_server_sees_which_program_calls() throws IOException {
        ScriptedServer server = started(ScriptedServer.start(new StatusService()));
        GantryClient client = started(GantryClient.builder()
                .address(server.address())
                .userAgent("billing/1.2")
                .build());

        assertThat(client.status().getVersion()).isEqualTo("1.0");

        assertThat(server.headers().get(0).get(Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER)))
                .startsWith("billing/1.2");
    }

    @Test
    void a_closed_client_says_so() throws IOException {
        GantryClient client = clientOf(new StatusService());
        client.status();

        client.close();
        client.close();

        assertThatThrownBy(client::status)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The client is closed");
    }

    @Test
    void a_server_that_comes_back_is_reached_at_once() throws Exception {
        ScriptedServer first = started(ScriptedServer.start(new StatusService()));
        GantryClient client = client(first.address());
        client.status();
        first.close();
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(client::status).isInstanceOf(UnavailableException.class);
        }

        started(ScriptedServer.startAt(first.port(), new StatusService()));

        assertThat(client.status().getVersion()).isEqualTo("1.0");
    }

    @Test
    void of_several_servers_one_that_can_not_serve_is_left_for_the_next_one() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        ScriptedServer unable = started(ScriptedServer.start(new ClusterServiceImplBase() {
            @Override
            public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> answer) {
                refused.incrementAndGet();
                answer.onError(Status.UNAVAILABLE
                        .withDescription("The server is not certain that it still leads")
                        .asRuntimeException());
            }
        }));
        ScriptedServer able = started(ScriptedServer.start(new StatusService()));
        GantryClient client = client(unable.address() + "," + able.address());

        assertThat(client.status().getVersion()).isEqualTo("1.0");
        assertThat(client.status().getVersion()).isEqualTo("1.0");

        assertThat(refused).hasValue(1);
    }

    @Test
    void a_call_is_told_of_its_own_attempt_to_connect_and_not_of_one_before_it() throws Exception {
        ScriptedServer first = started(ScriptedServer.start(new StatusService()));
        GantryClient client = started(GantryClient.builder()
                .address(first.address())
                .retry(RetryPolicy.DEFAULT.withMaxAttempts(1))
                .build());
        client.status();
        first.close();
        assertThatThrownBy(client::status).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(client::status).hasMessageContaining("Connection refused");

        started(ScriptedServer.startAt(first.port(), new StatusService()));

        assertThat(client.status().getVersion()).isEqualTo("1.0");
    }

    @Test
    void closing_the_client_ends_the_wait_for_the_next_attempt() throws Exception {
        GantryClient client = started(GantryClient.builder()
                .address("127.0.0.1:" + unusedPort())
                .deadline(Duration.ofMinutes(10))
                .retry(new RetryPolicy(20, Duration.ofMinutes(5), Duration.ofMinutes(5), 1))
                .build());
        CompletableFuture<Throwable> outcome =
                CompletableFuture.supplyAsync(() -> catchThrowable(client::status), OWN_THREAD);

        client.close();

        assertThat(outcome.get(1, TimeUnit.MINUTES))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The client is closed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":7470", "host:port", "host:0", "host:65536", "a b:1", "http://host:7470", "host:1/path"})
    void what_is_no_address_is_refused(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GantryClient.connect(address))
                .withMessageContaining("\"" + address + "\"")
                .withMessageContaining("HOST:PORT");
    }

    @Test
    void an_address_without_a_port_means_the_default_port() {
        assertThat(ServerAddress.parse("example.org")).hasToString("example.org:7470");
        assertThat(ServerAddress.parse("[::1]:99")).hasToString("[::1]:99");
        assertThat(ServerAddress.parse("[::1]")).hasToString("[::1]:7470");
    }

    private GantryClient clientOf(BindableService... services) throws IOException {
        return client(started(ScriptedServer.start(services)).address());
    }

    private GantryClient client(String address) {
        return started(GantryClient.builder().address(address).retry(QUICK).build());
    }

    private <T extends AutoCloseable> T started(T part) {
        open.add(0, part);
        return part;
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static JobViolation violation(String field, String description) {
        return JobViolation.newBuilder()
                .setField(field)
                .setDescription(description)
                .build();
    }

    private static ListJobsResponse page(String next, String... ids) {
        ListJobsResponse.Builder page = ListJobsResponse.newBuilder().setNextPageToken(next);
        for (String id : ids) {
            page.addJobs(JobRecord.newBuilder().setJob(Job.newBuilder().setId(id)));
        }
        return page.build();
    }

    private static final class StatusService extends ClusterServiceImplBase {

        @Override
        public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> answer) {
            answer.onNext(GetStatusResponse.newBuilder().setVersion("1.0").build());
            answer.onCompleted();
        }
    }
}
