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

class QuestionsTest {

    private static final Duration PATIENT = Duration.ofSeconds(10);

    private final Questions questions = new Questions();
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
    void an_http_check_passes_on_good_answers_and_follows_no_redirects(int status, boolean passes) throws Exception {
        Answer answer = questions
                .http(server.getAddress(), "GET", "/" + status, PATIENT)
                .ask();

        assertThat(answer.passes()).isEqualTo(passes);
        assertThat(answer.output()).isEqualTo("HTTP %d: GET /%d".formatted(status, status));
    }

    @Test
    void an_http_check_asks_by_its_method() throws Exception {
        assertThat(questions
                        .http(server.getAddress(), "POST", "/", PATIENT)
                        .ask()
                        .output())
                .isEqualTo("HTTP 200: POST /");
    }

    @Test
    void a_large_page_is_not_read_to_its_end() throws Exception {
        Answer answer =
                questions.http(server.getAddress(), "GET", "/large", PATIENT).ask();

        assertThat(answer.passes()).isTrue();
        assertThat(answer.output()).hasSize(512).startsWith("HTTP 200: GET /largexxx");
    }

    @Test
    void an_answer_that_takes_too_long_is_none() throws Exception {
        Answer answer = questions
                .http(server.getAddress(), "GET", "/slow", Duration.ofMillis(100))
                .ask();

        assertThat(answer.passes()).isFalse();
    }

    @Test
    void a_tcp_check_passes_where_somebody_listens() throws Exception {
        InetSocketAddress address;
        try (ServerSocket open = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), open.getLocalPort());
            assertThat(questions.tcp(address, PATIENT).ask().passes()).isTrue();
        }
        assertThat(questions.tcp(address, PATIENT).ask().passes()).isFalse();
        assertThat(questions.http(address, "GET", "/", PATIENT).ask().passes()).isFalse();
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
