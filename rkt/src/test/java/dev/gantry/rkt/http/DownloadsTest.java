package dev.gantry.rkt.http;

import static dev.gantry.rkt.http.LoopbackServer.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.config.ConfigDirectories;
import dev.gantry.rkt.config.Credentials;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadsTest {

    @TempDir
    Path directory;

    private final byte[] content = new byte[300_000];
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private LoopbackServer server;
    private Path part;

    @BeforeEach
    void start() throws IOException {
        new Random(1).nextBytes(content);
        server = new LoopbackServer();
        part = directory.resolve("part");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_file_is_downloaded_with_what_the_server_says_of_it() throws Exception {
        server.on("/f", exchange -> {
            exchange.getResponseHeaders().add("ETag", "\"one\"");
            exchange.getResponseHeaders().add("Cache-Control", "public, max-age=60");
            answer(exchange, 200, content);
        });

        Downloads.Outcome outcome = download(Optional.empty());

        assertThat(outcome)
                .isEqualTo(new Downloads.Downloaded(
                        part, Optional.of("\"one\""), new CacheControl(Duration.ofSeconds(60), true)));
        assertThat(part).hasBinaryContent(content);
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .startsWith("\rDownloading: [")
                .endsWith("[========================================] 300 KB/300 KB" + System.lineSeparator());
    }

    @Test
    void a_transfer_that_breaks_off_goes_on_where_it_ended() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        server.on("/f", exchange -> {
            exchange.getResponseHeaders().add("ETag", "\"one\"");
            if (asked.incrementAndGet() == 1) {
                breakOff(exchange, 100_000);
            } else {
                answerRest(exchange);
            }
        });

        download(Optional.empty());

        assertThat(part).hasBinaryContent(content);
        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().get(1)).matches("/f Range: bytes=\\d+- If-Range: \"one\"");
    }

    @Test
    void a_part_of_another_version_is_thrown_away() throws Exception {
        Files.write(part, new byte[50_000]);
        Files.writeString(directory.resolve("part.version"), "\"zero\"");
        server.on("/f", exchange -> answer(exchange, 200, content));

        download(Optional.empty());

        assertThat(server.requests()).containsExactly("/f Range: bytes=50000- If-Range: \"zero\"");
        assertThat(part).hasBinaryContent(content);
    }

    @Test
    void a_part_that_is_longer_than_the_file_is_thrown_away() throws Exception {
        Files.write(part, new byte[400_000]);
        Files.writeString(directory.resolve("part.version"), "\"one\"");
        server.on(
                "/f",
                exchange -> answer(
                        exchange,
                        exchange.getRequestHeaders().containsKey("Range") ? 416 : 200,
                        exchange.getRequestHeaders().containsKey("Range") ? new byte[0] : content));

        download(Optional.empty());

        assertThat(part).hasBinaryContent(content);
    }

    @Test
    void a_part_of_which_the_server_told_no_version_is_not_gone_on_with() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        server.on("/f", exchange -> {
            exchange.getResponseHeaders().add("ETag", "W/\"weak\"");
            if (asked.incrementAndGet() == 1) {
                breakOff(exchange, 100_000);
            } else {
                answer(exchange, 200, content);
            }
        });

        download(Optional.empty());

        assertThat(server.requests()).containsExactly("/f", "/f");
        assertThat(part).hasBinaryContent(content);
    }

    @Test
    void a_server_that_breaks_off_each_time_is_given_up() {
        server.on("/f", exchange -> breakOff(exchange, 10));

        assertThatThrownBy(() -> download(Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(server.url() + "/f");
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void a_version_that_the_caller_has_is_not_sent_again() throws Exception {
        server.on("/f", exchange -> {
            exchange.getResponseHeaders().add("Cache-Control", "max-age=5");
            answer(exchange, 304, new byte[0]);
        });

        assertThat(download(Optional.of("\"one\"")))
                .isEqualTo(new Downloads.NotModified(new CacheControl(Duration.ofSeconds(5), true)));
        assertThat(server.requests()).containsExactly("/f If-None-Match: \"one\"");
    }

    @Test
    void a_file_over_the_limit_is_refused_whether_or_not_its_size_is_told() {
        server.on("/f", exchange -> answer(exchange, 200, new byte[1_000_001]));
        server.on("/chunked", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[1_000_001]);
        });

        for (String path : new String[] {"/f", "/chunked"}) {
            assertThatThrownBy(() -> download(path, Optional.empty()))
                    .isInstanceOf(RktException.class)
                    .hasMessage("\"%s\" has more than 1000000 bytes".formatted(server.url() + path));
        }
    }

    @Test
    void redirects_are_followed_but_not_for_ever() throws Exception {
        server.on("/f", exchange -> redirect(exchange, "/g"));
        server.on("/g", exchange -> answer(exchange, 200, content));
        server.on("/round", exchange -> redirect(exchange, "/round"));

        download(Optional.empty());

        assertThat(part).hasBinaryContent(content);
        assertThatThrownBy(() -> download("/round", Optional.empty()))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("stopped after 10 redirects");
    }

    @Test
    void credentials_are_for_their_host_alone() throws Exception {
        try (LoopbackServer secured = LoopbackServer.secured(directory);
                LoopbackServer other = LoopbackServer.secured(Files.createDirectory(directory.resolve("other")))) {
            other.on("/f", exchange -> answer(exchange, 200, content));
            secured.on("/f", exchange -> redirect(exchange, other.url() + "/f"));

            downloads(credentialsFor(secured, other))
                    .download(URI.create(secured.url() + "/f"), "Downloading", part, Optional.empty());

            assertThat(secured.requests()).containsExactly("/f Authorization: Basic Zm9vOmJhcg==");
            assertThat(other.requests())
                    .as("has credentials, but was not asked for")
                    .containsExactly("/f");
        }
    }

    @Test
    void credentials_follow_a_redirect_within_their_host() throws Exception {
        try (LoopbackServer secured = LoopbackServer.secured(directory)) {
            secured.on("/f", exchange -> redirect(exchange, "/g"));
            secured.on("/g", exchange -> answer(exchange, 200, content));

            downloads(credentialsFor(secured))
                    .download(URI.create(secured.url() + "/f"), "Downloading", part, Optional.empty());

            assertThat(secured.requests())
                    .containsExactly("/f Authorization: Basic Zm9vOmJhcg==", "/g Authorization: Basic Zm9vOmJhcg==");
        }
    }

    @Test
    void credentials_are_never_sent_over_plain_http() throws Exception {
        server.on("/f", exchange -> answer(exchange, 200, content));

        downloads(credentialsFor(server))
                .download(URI.create(server.url() + "/f"), "Downloading", part, Optional.empty());

        assertThat(server.requests()).containsExactly("/f");
    }

    @Test
    void credentials_are_not_sent_when_a_redirect_leaves_tls() throws Exception {
        try (LoopbackServer secured = LoopbackServer.secured(directory)) {
            secured.on("/f", exchange -> redirect(exchange, server.url() + "/f"));
            server.on("/f", exchange -> answer(exchange, 200, content));

            downloads(credentialsFor(secured, server))
                    .download(URI.create(secured.url() + "/f"), "Downloading", part, Optional.empty());

            assertThat(server.requests()).containsExactly("/f");
        }
    }

    @Test
    void plain_http_must_be_allowed() throws Exception {
        HttpTransport transport = new HttpTransport(Credentials.none(), proxies(), false, false);

        assertThatThrownBy(() -> transport.get(URI.create("http://127.0.0.1:1/x"), Map.of()))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("--insecure-options=http");
    }

    private Downloads.Outcome download(Optional<String> etag) throws Exception {
        return download("/f", etag);
    }

    private Downloads.Outcome download(String path, Optional<String> etag) throws Exception {
        return downloads(Credentials.none()).download(URI.create(server.url() + path), "Downloading", part, etag);
    }

    private Credentials credentialsFor(LoopbackServer... servers) throws IOException, RktException {
        String hosts = Stream.of(servers)
                .map(one -> "\"127.0.0.1:%d\"".formatted(one.port()))
                .collect(Collectors.joining(","));
        Path auth = Files.createDirectories(directory.resolve("auth.d"));
        Files.writeString(auth.resolve("a.json"), """
                {"rktKind":"auth","rktVersion":"v1","domains":[%s],"type":"basic",
                 "credentials":{"user":"foo","password":"bar"}}""".formatted(hosts));
        return Credentials.read(new ConfigDirectories(directory, directory.resolve("none"), Optional.empty()));
    }

    private Downloads downloads(Credentials credentials) throws IOException {
        Progress progress = Progress.on(new PrintStream(shown, true, StandardCharsets.UTF_8));
        return new Downloads(new HttpTransport(credentials, proxies(), true, true), progress, 1_000_000);
    }

    private static EnvironmentProxies proxies() {
        return new EnvironmentProxies(Map.of());
    }

    private void breakOff(HttpExchange exchange, int after) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content, 0, after);
        exchange.getResponseBody().flush();
    }

    private void answerRest(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = Integer.parseInt(range.replaceAll("\\D", ""));
        exchange.getResponseHeaders()
                .add("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        answer(exchange, 206, Arrays.copyOfRange(content, from, content.length));
    }

    private static void redirect(HttpExchange exchange, String location) throws IOException {
        exchange.getResponseHeaders().add("Location", location);
        answer(exchange, 302, new byte[0]);
    }
}
