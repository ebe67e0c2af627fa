package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.gantry.tls.CertificateRole;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests whose certificate counts in a call over a connection of another server, whose certificate has ended since. */
@Timeout(60)
class PassedOnCallsTest {

    private static final Instant END = Instant.parse("2031-05-06T07:08:09Z");

    @Test
    void the_certificate_of_the_caller_counts_and_not_that_of_the_server_that_passes_the_call_on() throws IOException {
        Peer peer = peer(Map.of(
                "gantry-passed-on-secret", "secret",
                "gantry-passed-on-from", "10.1.2.3",
                "gantry-passed-on-certificate", END.getEpochSecond() + " spiffe://gantry/client"));

        assertThat(peer).isEqualTo(new Peer(true, true, Optional.of(new CertificateRole.Client()), Optional.of(END)));
    }

    @Test
    void a_caller_without_a_certificate_is_not_refused_for_that_of_the_server_that_passes_the_call_on()
            throws IOException {
        Peer peer = peer(Map.of("gantry-passed-on-secret", "secret", "gantry-passed-on-from", "10.1.2.3"));

        assertThat(peer.hasCertificate()).isFalse();
        assertThatCode(() -> peer.requireValid(END)).doesNotThrowAnyException();
    }

    @Test
    void a_caller_who_does_not_know_the_secret_is_who_its_own_certificate_says() throws IOException {
        Peer peer = peer(Map.of(
                "gantry-passed-on-secret", "a guess",
                "gantry-passed-on-from", "10.1.2.3",
                "gantry-passed-on-certificate", END.getEpochSecond() + " spiffe://gantry/client"));

        assertThat(peer.role()).contains(new CertificateRole.Server());
    }

    /** Makes a call with headers over the connection of a server; returns whom the services take for the caller. */
    private static Peer peer(Map<String, String> headers) throws IOException {
        AtomicReference<Peer> seen = new AtomicReference<>();
        Metadata metadata = new Metadata();
        headers.forEach((name, value) -> metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
        try (LoopbackServer server = LoopbackServer.start(builder -> builder.intercept(new Witness(seen))
                .intercept(new PassedOnCalls("secret"))
                .addTransportFilter(new ServerTransportFilter() {
                    @Override
                    public Attributes transportReady(Attributes connection) {
                        return PeerCertificates.with(
                                connection,
                                new Peer(
                                        true,
                                        true,
                                        Optional.of(new CertificateRole.Server()),
                                        Optional.of(Instant.EPOCH)));
                    }
                })
                .addService(new HealthStatusManager().getHealthService()))) {
            var unused = HealthGrpc.newBlockingStub(server.channel())
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                    .check(HealthCheckRequest.getDefaultInstance());
        }
        return seen.get();
    }

    private record Witness(AtomicReference<Peer> seen) implements ServerInterceptor {

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            seen.set(PeerCertificates.of(call));
            return next.startCall(call, headers);
        }
    }
}
