package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gantry.api.access.CallRule;
import dev.gantry.api.access.CallRule.Audience;
import dev.gantry.api.access.CallRules;
import dev.gantry.audit.AuditOptions;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sends bytes that are no messages, by each method of the server, and looks at the answers and the log. */
@Timeout(120)
class MalformedRequestsTest {

    /** None of these is a message of any kind. */
    private static final Map<String, byte[]> MALFORMED = Map.of(
            "a field that is longer than the message", new byte[] {0x0a, 6, 'f', 'z', 'e', 'd'},
            "a field without a number", new byte[] {0},
            "a field of an unknown type", new byte[] {0x0f},
            "groups in one another", groups(100_000));

    @TempDir
    private static Path dir;

    @RegisterExtension
    private static final TestServer server =
            TestServer.closedExtension().recording(unused -> new AuditOptions(auditLog(), 1 << 20, 4, false, false));

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    private static Path auditLog() {
        return dir.resolve("audit.log");
    }

    private static byte[] groups(int depth) {
        byte[] beginnings = new byte[depth];
        Arrays.fill(beginnings, (byte) 0x0b);
        return beginnings;
    }

    @BeforeEach
    void watchTheLog() {
        if (!SLF4JBridgeHandler.isInstalled()) {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
        }
        log.start();
        root().addAppender(log);
    }

    @AfterEach
    void the_log_has_no_stack_trace() {
        root().detachAppender(log);
        assertThat(List.copyOf(log.list))
                .filteredOn(
                        event -> event.getLevel().isGreaterOrEqual(Level.ERROR) || event.getThrowableProxy() != null)
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    static Stream<CallRule> calls() {
        return new CallRules(new CallRulesTest.NoOwners()).all().stream();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void bytes_that_are_no_message_are_refused_as_a_wrong_argument(CallRule call) {
        MALFORMED.forEach((what, bytes) -> {
            Status status = RawCalls.end(channelFor(call), call.method(), List.of(bytes));

            assertThat(status.getCode()).as("%s: %s", what, status).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(status.getDescription())
                    .startsWith("The request of %s can't be read as a "
                            .formatted(call.method().getFullMethodName()));
        });
    }

    @ParameterizedTest
    @MethodSource("calls")
    void a_caller_without_a_token_does_not_learn_whether_its_bytes_are_a_message(CallRule call) {
        if (call.audience() == Audience.HOLDERS) {
            // One call a method: the refusals of an address with more failed logins are delayed.
            assertThat(RawCalls.end(server.channel(), call.method(), List.of(new byte[] {0}))
                            .getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void a_call_of_one_request_that_has_none_or_two_is_refused_as_a_wrong_argument(CallRule call) {
        if (call.method().getType().clientSendsOneMessage()) {
            Map.of("none", List.<byte[]>of(), "several", List.of(new byte[0], new byte[0]))
                    .forEach((had, requests) -> {
                        Status status = RawCalls.end(channelFor(call), call.method(), requests);

                        assertThat(status.getCode()).as(status.toString()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                        assertThat(status.getDescription())
                                .isEqualTo("%s takes one request, and this call has %s"
                                        .formatted(call.method().getFullMethodName(), had));
                    });
        }
    }

    @Test
    void text_that_is_no_utf8_is_refused_with_the_reason() {
        Status status = RawCalls.end(
                management(), JobServiceGrpc.getGetJobMethod(), List.of(new byte[] {0x0a, 2, (byte) 0xff, (byte) 0xfe
                }));

        assertThat(status.getDescription())
                .isEqualTo(
                        "The request of gantry.v1.JobService/GetJob can't be read as a GetJobRequest: Protocol message"
                                + " had invalid UTF-8.");
    }

    @Test
    void a_node_that_says_what_can_not_be_read_is_disconnected() {
        FakeNode node = FakeNode.in("dc1", "malformed");
        byte[] register =
                ConnectRequest.newBuilder().setRegister(node.register()).build().toByteArray();
        root().setLevel(Level.INFO);

        Status status = RawCalls.end(
                channel(node), NodeSessionServiceGrpc.getConnectMethod(), List.of(register, new byte[] {0}));

        assertThat(status.getCode()).as(status.toString()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        eventually()
                .until(() -> List.copyOf(log.list).stream()
                        .map(ILoggingEvent::getFormattedMessage)
                        .anyMatch("Node %s has disconnected".formatted(node.id())::equals));
        root().setLevel(Level.WARN);
    }

    @Test
    void a_stream_ends_at_the_first_request_that_can_not_be_read() {
        assertThat(RawCalls.end(
                                management(),
                                ServerReflectionGrpc.getServerReflectionInfoMethod(),
                                List.of(new byte[0], new byte[] {0}, new byte[0]))
                        .getCode())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void a_change_that_can_not_be_read_is_in_the_audit_log() {
        var unused = RawCalls.end(management(), JobServiceGrpc.getStopJobMethod(), List.of(new byte[] {0}));

        eventually()
                .until(() -> lines().anyMatch(line -> line.contains("\"gantry.v1.JobService/StopJob\"")
                        && line.contains("\"INVALID_ARGUMENT\"")
                        && line.contains("the request as a whole")));
    }

    private static Stream<String> lines() throws IOException {
        return Files.readAllLines(auditLog()).stream();
    }

    @Test
    void a_message_beyond_the_limit_is_refused_and_the_servers_log_does_not_name_each() throws Exception {
        root().getLoggerContext()
                .getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream")
                .setLevel(shippedLevel("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream"));

        Status status =
                RawCalls.end(management(), JobServiceGrpc.getGetJobMethod(), List.of(new byte[16 * 1024 * 1024 + 1]));

        assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(status.getDescription()).contains("exceeds maximum size 16777216");
    }

    /** Returns the level that a logger has in the programs: the tests have a configuration of their own. */
    private static Level shippedLevel(String logger) throws Exception {
        LoggerContext programs = new LoggerContext();
        JoranConfigurator reader = new JoranConfigurator();
        reader.setContext(programs);
        reader.doConfigure(Path.of("src/main/resources/logback.xml").toFile());
        Level level = programs.getLogger(logger).getEffectiveLevel();
        programs.stop();
        return level;
    }

    @Test
    void a_compressed_request_is_refused() {
        Status status = RawCalls.end(
                management(),
                JobServiceGrpc.getListJobsMethod(),
                CallOptions.DEFAULT.withCompression("gzip"),
                List.of(new byte[0]));

        assertThat(status.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(status.getDescription()).contains("gzip");
    }

    @Test
    void a_request_that_says_it_is_not_compressed_is_taken() {
        CompressorRegistry identity = CompressorRegistry.newEmptyInstance();
        identity.register(new Identity());
        ManagedChannel channel = NettyChannelBuilder.forAddress(server.server().address())
                .usePlaintext()
                .compressorRegistry(identity)
                .build();

        Status status = RawCalls.end(
                channel,
                HealthGrpc.getCheckMethod(),
                CallOptions.DEFAULT.withCompression("identity"),
                List.of(new byte[0]));

        assertThat(status.getCode()).as(status.toString()).isEqualTo(Status.Code.OK);
        channel.shutdownNow();
    }

    /** Makes a client send the name of its compression, which gRPC for Java does not do for none. */
    private static final class Identity implements Compressor {

        @Override
        public String getMessageEncoding() {
            return "identity";
        }

        @Override
        public OutputStream compress(OutputStream message) {
            return message;
        }
    }

    private static Channel channelFor(CallRule call) {
        return call.audience() == Audience.NODES ? channel(FakeNode.in("dc1", "any")) : management();
    }

    /** Returns the channel for calls of a new node. */
    private static Channel channel(FakeNode node) {
        try {
            return ClientInterceptors.intercept(
                    server.channel(),
                    MetadataUtils.newAttachHeadersInterceptor(node.headers(Optional.of(server.joinToken()))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Channel management() {
        try {
            return server.channel(server.managementToken());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
