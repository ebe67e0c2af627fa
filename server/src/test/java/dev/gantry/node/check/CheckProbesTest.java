package dev.gantry.node.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.gantry.tls.CertificateAuthority;
import dev.gantry.tls.CertificateRole;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckProbesTest {

    private static final Duration PATIENT = Duration.ofSeconds(10);

    private final CheckProbes probes = new CheckProbes();
    private final CountDownLatch released = new CountDownLatch(1);
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/slow")) {
                awaitRelease();
            }
            byte[] body = (exchange.getRequestMethod() + " " + path + "x".repeat(path.equals("/large") ? 100_000 : 0))
                    .getBytes(StandardCharsets.UTF_8);
            int status = path.matches("/[0-9]+") ? Integer.parseInt(path.substring(1)) : 200;
            if (path.equals("/headers")) {
                body = "%s %s %s"
                        .formatted(
                                exchange.getRequestHeaders().get("Authorization"),
                                exchange.getRequestHeaders().get("Host"),
                                exchange.getRequestHeaders().get("X-Two"))
                        .getBytes(StandardCharsets.UTF_8);
            }
            exchange.getResponseHeaders().add("Location", "/200");
            exchange.sendResponseHeaders(status, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        released.countDown();
        server.stop(0);
    }

    @ParameterizedTest
    @CsvSource({"200, true", "201, true", "299, true", "302, false", "404, false", "429, false", "500, false"})
    void an_http_check_passes_on_a_2xx_status_and_follows_no_redirects(int status, boolean passes) throws Exception {
        CheckProbe.Result result = http("GET", "/" + status, PATIENT).probe();

        assertThat(result.passes()).isEqualTo(passes);
        assertThat(result.output()).isEqualTo("HTTP %d: GET /%d".formatted(status, status));
    }

    @Test
    void an_http_check_sends_its_method() throws Exception {
        assertThat(http("POST", "/", PATIENT).probe().output()).isEqualTo("HTTP 200: POST /");
    }

    @Test
    void an_http_check_sends_its_headers() throws Exception {
        Map<String, List<String>> headers = Map.of(
                "Authorization", List.of("Basic ZzpnCg=="),
                "Host", List.of("web.example.com"),
                "X-Two", List.of("a", "b"));

        assertThat(http("GET", "/headers", headers, PATIENT).probe().output())
                .isEqualTo("HTTP 200: [Basic ZzpnCg==] [web.example.com] [a, b]");
    }

    @Test
    void too_many_requests_are_a_warning_as_in_consul() throws Exception {
        assertThat(http("GET", "/429", PATIENT).probe().warns()).isTrue();
        assertThat(http("GET", "/500", PATIENT).probe().warns()).isFalse();
    }

    @Test
    void an_https_check_trusts_the_certificate_only_if_it_skips_the_verification() throws Exception {
        HttpsServer secure = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(otherHost()));
        secure.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        secure.start();
        try {
            InetSocketAddress address = secure.getAddress();
            assertThat(probes.http(
                                    new HttpCheckRequest(address, ProbeSecurity.UNVERIFIED, "GET", "/", Map.of()),
                                    PATIENT)
                            .probe()
                            .output())
                    .isEqualTo("HTTP 204: ");
            assertThat(probes.http(new HttpCheckRequest(address, ProbeSecurity.VERIFIED, "GET", "/", Map.of()), PATIENT)
                            .probe()
                            .passes())
                    .isFalse();
        } finally {
            secure.stop(0);
        }
    }

    @Test
    void a_grpc_check_passes_if_the_service_is_serving() throws Exception {
        HealthStatusManager health = new HealthStatusManager();
        CertificateAuthority.Identity identity = identity();
        health.setStatus("ready", ServingStatus.SERVING);
        health.setStatus("busy", ServingStatus.NOT_SERVING);
        Server plain = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(health.getHealthService())
                .build()
                .start();
        Server secure = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(
                                identity.key(), identity.chain().toArray(X509Certificate[]::new)))
                        .build())
                .addService(health.getHealthService())
                .build()
                .start();
        try {
            assertThat(grpc(plain, ProbeSecurity.PLAIN, "").output()).isEqualTo("gRPC health: SERVING");
            assertThat(grpc(plain, ProbeSecurity.PLAIN, "ready").passes()).isTrue();
            assertThat(grpc(plain, ProbeSecurity.PLAIN, "busy").output()).isEqualTo("gRPC health: NOT_SERVING");
            assertThat(grpc(plain, ProbeSecurity.PLAIN, "busy").passes()).isFalse();
            assertThat(grpc(plain, ProbeSecurity.PLAIN, "unknown").passes()).isFalse();
            assertThat(grpc(secure, ProbeSecurity.UNVERIFIED, "").passes()).isTrue();
            assertThat(grpc(secure, ProbeSecurity.VERIFIED, "").passes()).isFalse();
        } finally {
            plain.shutdownNow();
            secure.shutdownNow();
        }
    }

    private CheckProbe.Result grpc(Server at, ProbeSecurity security, String service) throws InterruptedException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), at.getPort());
        return probes.grpc(address, security, service, PATIENT).probe();
    }

    private static SSLContext otherHost() throws Exception {
        CertificateAuthority.Identity identity = identity();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("server", identity.key(), new char[0], identity.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** Returns a certificate that an authority unknown to the machine has issued for another host. */
    private static CertificateAuthority.Identity identity() {
        Duration day = Duration.ofDays(1);
        return CertificateAuthority.create("test", day.multipliedBy(2), InstantSource.system(), new SecureRandom())
                .issue(
                        new CertificateAuthority.Subject(
                                new CertificateRole.Server(), List.of("other.example.com"), List.of()),
                        day);
    }

    @Test
    void a_large_response_is_cut() throws Exception {
        CheckProbe.Result result = http("GET", "/large", PATIENT).probe();

        assertThat(result.passes()).isTrue();
        assertThat(result.output()).hasSize(512).startsWith("HTTP 200: GET /largexxx");
    }

    @Test
    void a_response_after_the_timeout_fails_the_check() throws Exception {
        CheckProbe.Result result = http("GET", "/slow", Duration.ofMillis(100)).probe();

        assertThat(result.passes()).isFalse();
    }

    @Test
    void a_tcp_check_passes_if_the_port_is_open() throws Exception {
        InetSocketAddress address;
        try (ServerSocket open = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), open.getLocalPort());
            assertThat(probes.tcp(address, PATIENT).probe().passes()).isTrue();
        }
        assertThat(probes.tcp(address, PATIENT).probe().passes()).isFalse();
        HttpCheckRequest request = new HttpCheckRequest(address, ProbeSecurity.PLAIN, "GET", "/", Map.of());
        assertThat(probes.http(request, PATIENT).probe().passes()).isFalse();
        assertThat(probes.grpc(address, ProbeSecurity.PLAIN, "", PATIENT)
                        .probe()
                        .passes())
                .isFalse();
    }

    private CheckProbe http(String method, String path, Duration limit) {
        return http(method, path, Map.of(), limit);
    }

    private CheckProbe http(String method, String path, Map<String, List<String>> headers, Duration limit) {
        return probes.http(
                new HttpCheckRequest(server.getAddress(), ProbeSecurity.PLAIN, method, path, headers), limit);
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
