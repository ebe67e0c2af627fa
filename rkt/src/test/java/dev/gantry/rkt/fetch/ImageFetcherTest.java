package dev.gantry.rkt.fetch;

import static dev.gantry.rkt.http.LoopbackServer.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import dev.gantry.rkt.AciBuilder;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.HostArchitecture;
import dev.gantry.rkt.config.ConfigDirectories;
import dev.gantry.rkt.http.LoopbackServer;
import dev.gantry.rkt.http.Progress;
import dev.gantry.rkt.image.ImageLimits;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.request.FetchOptions;
import dev.gantry.rkt.request.ImageReference;
import dev.gantry.rkt.request.PullPolicy;
import dev.gantry.rkt.trust.ImageVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFetcherTest {

    /** A port on which nothing listens: what would go out to the world ends there. */
    private static final String NOWHERE = "http://127.0.0.1:1";

    @TempDir
    Path directory;

    private final byte[] image = new AciBuilder()
            .app("app", "\"exec\":[\"/x\"],\"user\":\"0\",\"group\":\"0\"")
            .directory("rootfs", entry -> entry.setMode(0755))
            .bytes();
    private final List<String> debug = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private LoopbackServer server;
    private ImageStore store;

    @BeforeAll
    static void need_root() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "files of images can only be made by root: skipped");
    }

    @BeforeEach
    void start() throws IOException {
        server = new LoopbackServer();
        store = new ImageStore(directory, ImageLimits.DEFAULT);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_server_is_asked_again_when_its_answer_is_too_old_and_sends_only_what_is_new() throws Exception {
        server.on("/a.aci", exchange -> {
            exchange.getResponseHeaders().add("Cache-Control", "max-age=60");
            exchange.getResponseHeaders().add("ETag", "\"one\"");
            boolean isKnown = "\"one\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
            answer(exchange, isKnown ? 304 : 200, isKnown ? new byte[0] : image);
        });
        StoredImage fetched = fetch("/a.aci");

        now = now.plusSeconds(59);
        assertThat(fetch("/a.aci")).isEqualTo(fetched);
        assertThat(server.requests()).containsExactly("/a.aci");

        now = now.plusSeconds(1);
        assertThat(fetch("/a.aci")).isEqualTo(fetched);
        assertThat(server.requests()).containsExactly("/a.aci", "/a.aci If-None-Match: \"one\"");

        // The answer "not modified" counts from the time at which it came.
        now = now.plusSeconds(59);
        fetch("/a.aci");
        assertThat(server.requests()).hasSize(2);

        store.remove(fetched);
        assertThat(remembered("/a.aci")).isEmpty();
        fetch("/a.aci");
        assertThat(server.requests()).hasSize(3).last().isEqualTo("/a.aci");
        assertThat(remembered("/a.aci")).isPresent();
    }

    @Test
    void what_must_not_be_kept_is_asked_for_in_full() throws Exception {
        server.on("/a.aci", exchange -> {
            exchange.getResponseHeaders().add("Cache-Control", "no-store, max-age=60");
            exchange.getResponseHeaders().add("ETag", "\"one\"");
            answer(exchange, 200, image);
        });

        fetch("/a.aci");
        fetch("/a.aci");

        assertThat(server.requests()).containsExactly("/a.aci", "/a.aci");
    }

    @Test
    void an_image_is_verified_before_it_is_stored() throws Exception {
        server.on("/a.aci.asc", exchange -> answer(exchange, 200, "signature".getBytes(StandardCharsets.UTF_8)));
        server.on("/a.aci", exchange -> answer(exchange, 200, image));
        List<String> verified = new ArrayList<>();
        ImageVerifier verifier = (aci, signature, name) -> {
            verified.add(name + " " + Files.readString(signature));
            assertThat(aci).hasBinaryContent(image);
            if (verified.size() == 1) {
                throw new RktException("no such signature");
            }
        };

        assertThatThrownBy(() -> fetch("/a.aci", false, verifier)).hasMessage("no such signature");
        assertThat(store.all()).isEmpty();
        assertThat(remembered("/a.aci")).isEmpty();

        fetch("/a.aci", false, verifier);

        assertThat(store.all()).hasSize(1);
        assertThat(verified).containsExactly("example.com/app signature", "example.com/app signature");
        assertThat(server.requests().subList(0, 2)).containsExactly("/a.aci.asc", "/a.aci");
        assertThat(directory.resolve("cas/downloads")).isEmptyDirectory();
        assertThat(directory.resolve("cas/tmp")).isEmptyDirectory();
    }

    @Test
    void keys_of_a_discovered_name_are_looked_for_before_its_image_is_verified() throws Exception {
        server.on("/", exchange -> {
            String uri = exchange.getRequestURI().toString();
            boolean isPage = uri.contains("?ac-discovery");
            if (isPage) {
                page(exchange, "<meta name=\"ac-discovery\" content=\"example.com http://example.com/i.{ext}\">");
            } else {
                answer(exchange, 200, uri.endsWith(".asc") ? new byte[1] : image);
            }
        });
        List<String> calls = new ArrayList<>();
        ImageVerifier verifier = new ImageVerifier() {
            @Override
            public void verify(Path aci, Path signature, String imageName) {
                calls.add("verify " + imageName);
            }

            @Override
            public void findKeys(String imageName) {
                calls.add("find keys of " + imageName);
            }
        };
        String name = "example.com/app";

        fetcher(false, verifier).fetch(new ImageReference.Name(name, name, Map.of()), Optional.empty());

        assertThat(calls).containsExactly("find keys of example.com/app", "verify example.com/app");
        calls.clear();
        server.on("/a.aci.asc", exchange -> answer(exchange, 200, new byte[1]));
        server.on("/a.aci", exchange -> answer(exchange, 200, image));
        fetch("/a.aci", false, verifier);
        assertThat(calls).as("a URL names no image").containsExactly("verify example.com/app");
    }

    @Test
    void a_name_is_discovered_by_the_meta_tags_of_the_paths_above_it() throws Exception {
        server.on("/", exchange -> {
            String uri = exchange.getRequestURI().toString();
            if (uri.equals("http://example.com/?ac-discovery=1")) {
                page(exchange, """
                        <html><head>
                        <!-- <meta name="ac-discovery" content="example.com http://example.com/comment.{ext}"> -->
                        <meta name="ac-discovery" content="example.org http://example.com/other.{ext}">
                        <meta name="ac-discovery" content="example.com http://example.com/{name}-latest.{ext}">
                        <META content='example.com http://example.com/{os}/{arch}/{name}-{version}.{ext}'
                              name='ac-discovery'>
                        </head></html>""");
            } else if (uri.endsWith(".aci")) {
                answer(exchange, 200, image);
            } else {
                answer(exchange, 404, new byte[0]);
            }
        });

        StoredImage found = discover("example.com/app", Map.of("version", "1.0.0"));

        assertThat(found.manifest().displayName()).isEqualTo("example.com/app:1.0.0");
        assertThat(server.requests()).startsWith("http://example.com/app?ac-discovery=1");
        assertThat(server.requests())
                .last()
                .isEqualTo("http://example.com/linux/%s/example.com/app-1.0.0.aci".formatted(HostArchitecture.appc()));
        assertThat(debug).anyMatch(line -> line.contains("not found on https://example.com/app?ac-discovery=1"));

        discover("example.com/app", Map.of());
        assertThat(server.requests()).last().isEqualTo("http://example.com/example.com/app-latest.aci");
    }

    @Test
    void a_name_without_tags_is_looked_for_where_simple_discovery_says() throws Exception {
        String simpleEnd = "-linux-%s.aci".formatted(HostArchitecture.appc());
        server.on("/", exchange -> {
            boolean isImage = exchange.getRequestURI().getPath().endsWith(simpleEnd);
            answer(exchange, isImage ? 200 : 404, isImage ? image : new byte[0]);
        });

        discover("example.com/app", Map.of("version", "1.0.0"));

        assertThat(server.requests()).last().isEqualTo("http://example.com/app-1.0.0" + simpleEnd);
        assertThatThrownBy(() -> discover("example.com/app", Map.of()))
                .isInstanceOf(RktException.class)
                .hasMessage("discovery failed for \"example.com/app\": no endpoints discovered");
    }

    @Test
    void an_image_that_is_not_what_was_asked_for_is_not_stored() {
        server.on("/", exchange -> {
            if (exchange.getRequestURI().getPath().endsWith(".aci")) {
                answer(exchange, 200, image);
            } else {
                page(exchange, "<meta name=\"ac-discovery\" content=\"example.com http://example.com/i.{ext}\">");
            }
        });

        assertThatThrownBy(() -> discover("example.com/other", Map.of()))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("\"example.com/other\" expected but \"example.com/app\" found");
        assertThatThrownBy(() -> discover("example.com/app", Map.of("version", "2")))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("label version \"1.0.0\", not \"2\"");
        assertThat(directory.resolve("cas/images")).doesNotExist();
    }

    private StoredImage fetch(String path) throws IOException, RktException {
        return fetch(path, true, null);
    }

    private StoredImage fetch(String path, boolean unsignedAllowed, ImageVerifier verifier)
            throws IOException, RktException {
        return fetcher(unsignedAllowed, verifier).fetch(ImageReference.parse(server.url() + path), Optional.empty());
    }

    private StoredImage discover(String name, Map<String, String> labels) throws IOException, RktException {
        return fetcher(true, null).fetch(new ImageReference.Name(name, name, labels), Optional.empty());
    }

    private Optional<StoredImage> remembered(String path) throws IOException, RktException {
        return new StoredImageFinder(directory, store, true).find(ImageReference.parse(server.url() + path));
    }

    /** Makes a fetcher that uses the server as its proxy, so that any name of a host can be requested. */
    private ImageFetcher fetcher(boolean unsignedAllowed, ImageVerifier verifier) {
        return new ImageFetcher(
                directory,
                store,
                new FetchOptions(PullPolicy.UPDATE, unsignedAllowed, true, false),
                verifier,
                new ImageFetcher.Surroundings(
                        new ConfigDirectories(directory, directory, Optional.empty()),
                        Map.of("http_proxy", server.url(), "https_proxy", NOWHERE),
                        () -> now,
                        Progress.hidden(),
                        debug::add));
    }

    private static void page(HttpExchange exchange, String html) throws IOException {
        answer(exchange, 200, html.getBytes(StandardCharsets.UTF_8));
    }
}
