package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** fetch and image. */
class ImageCommandsTest extends RktTest {

    private final AtomicInteger downloads = new AtomicInteger();
    private HttpServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void fetch_prints_the_id_and_the_image_is_listed_shown_used_and_removed() {
        String id = rkt.call("--insecure-options=image", "fetch", "--full", image.toString())
                .succeeded()
                .out()
                .strip();
        assertThat(id).matches("sha512-[0-9a-f]{128}");
        String shortId = id.substring(0, 39);
        assertThat(rkt.call("--insecure-options=image", "fetch", image.toString())
                        .out())
                .isEqualTo(shortId + "\n");

        assertThat(rkt.call("image", "list").out().lines().toList())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("ID\t\t\tNAME\t\t\tSIZE\tIMPORT TIME\tLAST USED");
        assertThat(rkt.call("image", "list", "--no-legend", "--full", "--fields=id,name")
                        .out())
                .isEqualTo(id + "\texample.com/shell:1.0.0\n");
        JsonObject listed = JsonParser.parseString(
                        rkt.call("image", "list", "--format=json").out())
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        assertThat(listed.keySet()).containsExactly("id", "name", "import_time", "last_used_time", "size");
        assertThat(JsonParser.parseString(rkt.call("image", "cat-manifest", "example.com/shell:1.0.0")
                                .out())
                        .getAsJsonObject()
                        .get("acKind")
                        .getAsString())
                .isEqualTo("ImageManifest");

        // A stored image needs neither its signature nor its file any more.
        String uuid = rkt.call("prepare", shortId, "--exec=/bin/true")
                .succeeded()
                .out()
                .strip();
        // It stays, and the command does not fail for it, as in rkt.
        Rkt.Result refused =
                rkt.call("image", "rm", shortId, "example.com/unknown").succeeded();
        assertThat(refused.err()).contains("could not find image \"example.com/unknown\"");
        assertThat(refused.err()).contains("pods use it: " + uuid);
        rkt.call("rm", uuid).succeeded();
        Rkt.Result removed = rkt.call("image", "rm", "example.com/shell");
        assertThat(removed)
                .isEqualTo(new Rkt.Result(
                        0,
                        "successfully removed aci for image: \"%s\"\n".formatted(id),
                        "rm: 1 image(s) successfully removed\n"));
        assertThat(rkt.call("image", "list", "--format=json").out()).isEqualTo("[]\n");
    }

    @Test
    void an_image_that_another_one_depends_on_is_removed_only_with_it_or_after_it() throws Exception {
        String base = stored("base", "");
        String middle = stored("middle", "\"dependencies\":[{\"imageName\":\"example.com/base\"}],");
        String top = stored("top", "\"dependencies\":[{\"imageName\":\"example.com/middle\"}],");

        Rkt.Result refused = rkt.call("image", "rm", base);

        assertThat(refused.succeeded().err())
                .contains("rm: error removing aci for image \"%s\" (\"example.com/base\"): images depend on it:"
                                .formatted(base)
                        + " example.com/middle\n");
        // Of several images, those are removed that no remaining image needs.
        rkt.call("image", "rm", base, middle).succeeded();
        assertThat(rkt.call("image", "list", "--no-legend", "--fields=id", "--full")
                        .out()
                        .lines())
                .contains(middle, top);
        rkt.call("image", "rm", top).succeeded();
        rkt.call("image", "rm", base, middle);
        assertThat(rkt.call("image", "list", "--no-legend").out()).isEmpty();
    }

    private String stored(String name, String members) throws IOException {
        Path aci = new AciBuilder()
                .file("manifest", """
                        {"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/%s",%s"labels":[]}""".formatted(name, members))
                .directory("rootfs", entry -> entry.setMode(0755))
                .write(directory.resolve(name + ".aci"));
        return rkt.call("--insecure-options=image", "fetch", "--full", aci.toString())
                .succeeded()
                .out()
                .strip();
    }

    @Test
    void an_image_is_fetched_by_url_once() throws IOException {
        String url = serve() + "/moved.aci";

        Rkt.Result missing = rkt.call("--insecure-options=image,http", "prepare", serve() + "/missing.aci");
        assertThat(missing.err()).startsWith("prepare: error finding images: bad HTTP status code: 404");

        Rkt.Result ran = rkt.call("--insecure-options=image", "run", url, "--", "-c", "echo hi");
        assertThat(ran).isEqualTo(new Rkt.Result(0, "hi\n", ""));
        rkt.call("--insecure-options=image,http", "prepare", url).succeeded();
        assertThat(downloads).hasValue(1);
        rkt.call("--insecure-options=image", "fetch", "--pull-policy=update", url)
                .succeeded();
        assertThat(downloads).hasValue(2);
        assertThat(rkt.call("--insecure-options=image,http", "fetch", "--pull-policy=never", serve() + "/x.aci")
                        .exitCode())
                .isEqualTo(254);
    }

    @Test
    void one_image_prepared_by_several_at_once_is_stored_once() throws IOException {
        List<Rkt.Running> running = Stream.generate(() -> rkt.start(
                        Map.of(), "--insecure-options=image", "prepare", image.toString(), "--exec=/bin/true"))
                .limit(4)
                .toList();

        List<String> uuids = running.stream()
                .map(rkt::finish)
                .map(result -> result.succeeded().out().strip())
                .toList();

        assertThat(uuids).doesNotHaveDuplicates();
        try (Stream<?> images = Files.list(rkt.data().resolve("cas/images"))) {
            assertThat(images).hasSize(1);
        }
        assertThat(rkt.data().resolve("cas/tmp")).isEmptyDirectory();
        uuids.forEach(uuid -> rkt.call("run-prepared", uuid).succeeded());
    }

    @Test
    void one_image_that_several_fetch_at_once_is_downloaded_once() throws IOException {
        String url = serve() + "/image.aci";
        List<Rkt.Running> running = Stream.generate(
                        () -> rkt.start(Map.of(), "--insecure-options=image,http", "fetch", "--pull-policy=new", url))
                .limit(3)
                .toList();

        List<String> ids = running.stream()
                .map(rkt::finish)
                .map(result -> result.succeeded().out())
                .distinct()
                .toList();

        assertThat(ids).hasSize(1);
        assertThat(downloads).hasValue(1);
    }

    @Test
    void a_pod_that_is_run_by_two_at_once_runs_once() {
        String uuid = rkt.prepare(image.toString(), "--", "-c", "echo ran");

        List<Rkt.Result> results =
                Stream.generate(() -> rkt.start(Map.of(), "run-prepared", uuid)).limit(4).toList().stream()
                        .map(rkt::finish)
                        .toList();

        assertThat(results).filteredOn(result -> result.out().equals("ran\n")).hasSize(1);
        assertThat(results).filteredOn(result -> result.exitCode() == 254).hasSize(3);
    }

    private String serve() throws IOException {
        if (server == null) {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            byte[] bytes = Files.readAllBytes(image);
            server.createContext("/moved.aci", exchange -> {
                exchange.getResponseHeaders().add("Location", "/image.aci");
                exchange.sendResponseHeaders(302, -1);
                exchange.close();
            });
            server.createContext("/image.aci", exchange -> {
                downloads.incrementAndGet();
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
        }
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }
}
