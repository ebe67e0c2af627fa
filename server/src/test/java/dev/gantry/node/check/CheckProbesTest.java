package dev.gantry.node.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
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
        CheckProbe.Result result =
                probes.http(server.getAddress(), "GET", "/" + status, PATIENT).probe();

        assertThat(result.passes()).isEqualTo(passes);
        assertThat(result.output()).isEqualTo("HTTP %d: GET /%d".formatted(status, status));
    }

    @Test
    void an_http_check_sends_its_method() throws Exception {
        assertThat(probes.http(server.getAddress(), "POST", "/", PATIENT)
                        .probe()
                        .output())
                .isEqualTo("HTTP 200: POST /");
    }

    @Test
    void a_large_response_is_cut() throws Exception {
        CheckProbe.Result result =
                probes.http(server.getAddress(), "GET", "/large", PATIENT).probe();

        assertThat(result.passes()).isTrue();
        assertThat(result.output()).hasSize(512).startsWith("HTTP 200: GET /largexxx");
    }

    @Test
    void a_response_after_the_timeout_fails_the_check() throws Exception {
        CheckProbe.Result result = probes.http(server.getAddress(), "GET", "/slow", Duration.ofMillis(100))
                .probe();

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
        assertThat(probes.http(address, "GET", "/", PATIENT).probe().passes()).isFalse();
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
