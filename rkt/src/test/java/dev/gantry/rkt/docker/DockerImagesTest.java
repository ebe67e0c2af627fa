package dev.gantry.rkt.docker;

import static dev.gantry.rkt.docker.DockerRegistry.MANIFEST;
import static dev.gantry.rkt.docker.DockerRegistry.OCI_INDEX;
import static dev.gantry.rkt.docker.DockerRegistry.OCI_MANIFEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.rkt.AciBuilder;
import dev.gantry.rkt.Rkt;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.HostArchitecture;
import dev.gantry.rkt.config.ConfigDirectories;
import dev.gantry.rkt.fetch.ImageFetcher;
import dev.gantry.rkt.fetch.ImageProvider;
import dev.gantry.rkt.http.LoopbackServer;
import dev.gantry.rkt.http.Progress;
import dev.gantry.rkt.image.ImageLimits;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.request.FetchOptions;
import dev.gantry.rkt.request.ImageReference;
import dev.gantry.rkt.request.PullPolicy;
import dev.gantry.rkt.tar.ExtendedAttributes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerImagesTest {

    private static final String CONFIG = """
            {"architecture":"%s","os":"linux","config":{%%s},
             "rootfs":{"type":"layers","diff_ids":[DIFF_IDS]}}""".formatted(HostArchitecture.docker());

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static DockerRegistry registry;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "files of images can only be made by root: skipped");
        assumeTrue(Files.isExecutable(DockerRegistry.PROGRAM), "docker-registry is not installed: skipped");
        registry = DockerRegistry.start(shared, false);
    }

    @AfterAll
    static void stop() {
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    void a_docker_image_runs_with_what_its_configuration_says() {
        String config = CONFIG.formatted("""
                "User":"1234:5678","Env":["GREETING=hello world","PATH=/bin"],"WorkingDir":"/work",
                "Entrypoint":["/bin/sh","-c"],"Cmd":["echo $GREETING; pwd; id -u; id -g; cat /layered"],
                "ExposedPorts":{"6379/tcp":{},"53/udp":{}},"Volumes":{"/data":{},"/Data/":{}}""");
        registry.push(
                "team/app",
                "1.0",
                MANIFEST,
                config,
                new AciBuilder("")
                        .directory("work", entry -> entry.setMode(0755))
                        .file("layered", "below\n")
                        .programs("sh", "id", "cat")
                        .bytes(),
                new AciBuilder("").file("layered", "above\n").bytes());
        try (Rkt rkt = new Rkt(directory, "fly")) {
            String name = "docker://%s/team/app:1.0".formatted(registry.host());

            String uuid = rkt.call(
                            "--insecure-options=image,http",
                            "prepare",
                            "--port=6379-tcp:16379",
                            "--port=53-udp:5353",
                            name)
                    .succeeded()
                    .out()
                    .strip();
            assertThat(rkt.call("run-prepared", uuid).succeeded().out())
                    .isEqualTo("hello world\n/work\n1234\n5678\nabove\n");

            String manifest = rkt.call(
                            "image",
                            "cat-manifest",
                            "--pretty-print=false",
                            "%s/team/app:1.0".formatted(registry.host().replace(':', '_')))
                    .succeeded()
                    .out();
            assertThat(manifest).contains("""
                    "mountPoints":[{"name":"volume-data","path":"/Data/"},{"name":"volume-data-1","path":"/data"}],\
                    "ports":[{"name":"53-udp","protocol":"udp","port":53,"count":1,"socketActivated":false},\
                    {"name":"6379-tcp","protocol":"tcp","port":6379,"count":1,"socketActivated":false}]""");
            assertThat(manifest)
                    .contains("{\"name\":\"appc.io/docker/registryurl\",\"value\":\"%s\"}".formatted(registry.host()))
                    .contains("{\"name\":\"appc.io/docker/repository\",\"value\":\"team/app\"}")
                    .contains("{\"name\":\"appc.io/docker/entrypoint\",\"value\":\"[\\\"/bin/sh\\\",\\\"-c\\\"]\"}")
                    .contains(
                            "\"labels\":[{\"name\":\"version\",\"value\":\"1.0\"},{\"name\":\"os\",\"value\":\"linux\"}"
                                    + ",{\"name\":\"arch\",\"value\":\"%s\"}]".formatted(HostArchitecture.appc()));
            assertThat(rkt.call("rm", uuid).exitCode()).isZero();
        }
    }

    @Test
    void layers_lie_over_one_another_and_take_away_what_they_say() throws Exception {
        byte[] lower = new AciBuilder("")
                .file("kept", "kept")
                .file("removed", "x")
                .file("removed-too/deep", "x")
                .file("opaque/lower", "x")
                .file("linked", "content")
                .file("becomes-directory", "x")
                .directory("becomes-file", entry -> entry.setMode(0755))
                .directory("usr/lib", entry -> entry.setMode(0751))
                .symbolicLink("lib", "usr/lib")
                .special("dev/null", TarConstants.LF_CHR, entry -> {})
                .bytes();
        byte[] upper = new AciBuilder("")
                .file(".wh.removed", "")
                .file(".wh.removed-too", "")
                .file("opaque/upper", "y")
                .file("opaque/.wh..wh..opq", "")
                .hardLink("link", "linked")
                .file("linked", "other content")
                .file("becomes-directory/x", "x")
                .file("becomes-file", "y")
                .file("lib/through-a-link", "y")
                .file("removed-too/again", "y")
                .bytes();
        byte[] empty = new AciBuilder("").bytes();
        registry.push("layers", "latest", OCI_MANIFEST, CONFIG.formatted(""), lower, upper, empty);

        Path rootfs = fetch("layers").rootfs();

        try (Stream<Path> files = Files.walk(rootfs)) {
            assertThat(files.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                            .map(file -> rootfs.relativize(file).toString()))
                    .containsExactlyInAnyOrder(
                            "kept",
                            "opaque/upper",
                            "link",
                            "linked",
                            "becomes-directory/x",
                            "becomes-file",
                            "lib",
                            "usr/lib/through-a-link",
                            "removed-too/again");
        }
        assertThat(rootfs.resolve("link")).hasContent("content");
        assertThat(rootfs.resolve("linked")).hasContent("other content");
        assertThat(Files.getAttribute(rootfs.resolve("usr/lib"), "unix:mode")).isEqualTo(040751);
    }

    @Test
    void files_keep_their_extended_attributes_however_long_their_names_are() throws Exception {
        byte[] capabilities = HexFormat.of().parseHex("0100000280040000" + "00".repeat(12));
        String deep = "d/".repeat(70) + "\u00fc";
        byte[] layer = new AciBuilder("")
                .file("plain", "x")
                .attribute("security.capability", capabilities)
                .file("program", "x")
                .attribute("user.note", new byte[] {(byte) 0xff, 0, '\n'})
                .pax("path=" + deep, "mtime=12.5")
                .file("short", "deep")
                .attribute("security.selinux", new byte[] {'x'})
                .file("labelled", "x")
                .file("after", "after")
                .bytes();
        registry.push("attributes", "latest", OCI_MANIFEST, CONFIG.formatted(""), layer);

        Path rootfs = fetch("attributes").rootfs();

        assertThat(ExtendedAttributes.get(rootfs.resolve("plain"))).isEmpty();
        assertThat(ExtendedAttributes.get(rootfs.resolve("program")))
                .containsExactly(Map.entry("security.capability", capabilities));
        assertThat(ExtendedAttributes.get(rootfs.resolve(deep)))
                .containsExactly(Map.entry("user.note", new byte[] {(byte) 0xff, 0, '\n'}));
        assertThat(rootfs.resolve(deep)).hasContent("deep");
        assertThat(Files.getLastModifiedTime(rootfs.resolve(deep)).toMillis()).isEqualTo(12_500);
        assertThat(ExtendedAttributes.get(rootfs.resolve("labelled"))).isEmpty();
        assertThat(rootfs.resolve("after")).hasContent("after");
    }

    @Test
    void one_image_has_one_id_wherever_and_whenever_it_is_fetched() throws Exception {
        byte[] layer = new AciBuilder("").file("b", "b").file("a", "a").bytes();
        registry.push("same", "latest", OCI_MANIFEST, CONFIG.formatted("\"Cmd\":[\"/x\"]"), layer);

        StoredImage first = fetch("same");
        StoredImage elsewhere = pull(directory.resolve("elsewhere"), name("same"));

        assertThat(elsewhere.id()).isEqualTo(first.id());
        FetchOptions stored = new FetchOptions(PullPolicy.NEVER, true, true, true);
        ImageStore store = new ImageStore(directory, ImageLimits.DEFAULT);
        assertThat(new ImageProvider(directory, store, stored, fetcher(directory))
                        .provide(ImageReference.parse(name("same")), Optional.empty()))
                .isEqualTo(first);
    }

    @Test
    void a_tag_that_moved_leads_to_the_new_image() throws Exception {
        byte[] layer = new AciBuilder("").file("a", "a").bytes();
        registry.push("moving", "latest", OCI_MANIFEST, CONFIG.formatted("\"Cmd\":[\"/one\"]"), layer);
        StoredImage first = fetch("moving");
        assertThat(fetch("moving")).isEqualTo(first);

        registry.push("moving", "latest", OCI_MANIFEST, CONFIG.formatted("\"Cmd\":[\"/two\"]"), layer);

        assertThat(fetch("moving").manifest().json().toString()).contains("\"exec\":[\"/two\"]");
    }

    @Test
    void of_an_index_the_image_for_this_machine_is_taken() throws Exception {
        byte[] layer = new AciBuilder("").file("a", "a").bytes();
        DockerRegistry.Pushed other =
                registry.push("multi", "other", OCI_MANIFEST, CONFIG.formatted("\"Cmd\":[\"/other\"]"), layer);
        DockerRegistry.Pushed ours =
                registry.push("multi", "ours", OCI_MANIFEST, CONFIG.formatted("\"Cmd\":[\"/ours\"]"), layer);
        registry.pushManifest(
                "multi", "latest", OCI_INDEX, index(entry(other, "s390x"), entry(ours, HostArchitecture.docker())));
        registry.pushManifest("multi", "foreign", OCI_INDEX, index(entry(other, "s390x")));

        assertThat(fetch("multi").manifest().json().toString()).contains("\"exec\":[\"/ours\"]");
        assertThat(fetch("multi@" + other.digest()).manifest().json().toString())
                .contains("\"exec\":[\"/other\"]");
        assertThatThrownBy(() -> fetch("multi:foreign"))
                .isInstanceOf(RktException.class)
                .hasMessageContaining(
                        "no image for linux/%s, only for linux/s390x".formatted(HostArchitecture.docker()));
    }

    @Test
    void a_changed_byte_is_noticed_and_nothing_is_stored() throws Exception {
        byte[] layer = new AciBuilder("").file("a", "tampered with").bytes();
        registry.push("damaged", "latest", OCI_MANIFEST, CONFIG.formatted(""), layer);
        registry.damage(Digests.sha256(DockerRegistry.gzip(layer)));

        assertThatThrownBy(() -> fetch("damaged")).isInstanceOfAny(RktException.class, IOException.class);

        assertThat(new ImageStore(directory, ImageLimits.DEFAULT).all()).isEmpty();
        assertThat(directory.resolve("cas/tmp")).isEmptyDirectory();
    }

    @Test
    void a_layer_that_grows_out_of_proportion_is_refused_and_nothing_is_stored() throws Exception {
        registry.push(
                "team/bomb",
                "1",
                MANIFEST,
                CONFIG.formatted("\"Cmd\":[\"/bin/true\"]"),
                new AciBuilder("")
                        .file("zeros", new byte[80 << 20], entry -> {})
                        .bytes());

        assertThatThrownBy(() -> fetch("team/bomb:1"))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("layer sha256:")
                .hasMessageContaining("holds more than 200 times the bytes of its source")
                .hasMessageContaining("RKT_IMAGE_MAX_EXPANSION");
        assertThat(new ImageStore(directory).all()).isEmpty();
    }

    @Test
    void an_image_that_is_not_there_is_told_with_the_url() {
        assertThatThrownBy(() -> fetch("missing:1"))
                .isInstanceOf(RktException.class)
                .hasMessage("Get \"http://%s/v2/missing/manifests/1\": 404 Not Found".formatted(registry.host()));
    }

    @Test
    void a_registry_that_does_not_listen_is_told_in_rkts_words() {
        try (Rkt rkt = new Rkt(directory, "fly")) {
            assertThat(rkt.call("--insecure-options=image,http", "prepare", "docker://localhost:1/redis")
                            .err())
                    .isEqualTo("prepare: error finding images: Get \"http://localhost:1/v2/\": dial tcp 127.0.0.1:1:"
                            + " connect: connection refused\n");
        }
    }

    @Test
    void a_registry_that_wants_a_password_is_told_the_one_of_auth_d() throws Exception {
        byte[] layer = new AciBuilder("").file("a", "a").bytes();
        try (DockerRegistry secured = DockerRegistry.startSecured(directory)) {
            secured.push("private", "latest", MANIFEST, CONFIG.formatted("\"Cmd\":[\"/x\"]"), layer);
            String name = "docker://%s/private".formatted(secured.host());
            Path data = directory.resolve("data");

            assertThatThrownBy(() -> pull(data, name))
                    .isInstanceOf(RktException.class)
                    .hasMessageContaining(
                            "401 Unauthorized: put credentials for \"%s\" into auth.d".formatted(secured.host()));

            writeLogin(secured.host());
            assertThat(pull(data, name).manifest().labels()).containsEntry("version", "latest");
        }
    }

    @Test
    void a_registry_of_plain_http_is_told_no_password() throws Exception {
        byte[] layer = new AciBuilder("").file("a", "a").bytes();
        try (DockerRegistry plain = DockerRegistry.start(directory, true)) {
            plain.push("private", "latest", MANIFEST, CONFIG.formatted("\"Cmd\":[\"/x\"]"), layer);
            writeLogin(plain.host());

            assertThatThrownBy(() -> pull(directory.resolve("data"), "docker://%s/private".formatted(plain.host())))
                    .isInstanceOf(RktException.class)
                    .hasMessageContaining("401 Unauthorized: credentials are sent over TLS only");
        }
    }

    /** Debian's registry can check tokens, but not give them; so this one is played. */
    @Test
    void a_registry_that_wants_a_token_gets_one_for_the_password() throws Exception {
        byte[] layer = new AciBuilder("").file("a", "a").bytes();
        byte[] config = CONFIG.formatted("\"Cmd\":[\"/x\"]")
                .replace("DIFF_IDS", "\"" + Digests.sha256(layer) + "\"")
                .getBytes(StandardCharsets.UTF_8);
        byte[] manifest = """
                {"schemaVersion":2,"mediaType":"%s","config":{"digest":"%s"},"layers":[{"digest":"%s"}]}""".formatted(OCI_MANIFEST, Digests.sha256(config), Digests.sha256(layer))
                .getBytes(StandardCharsets.UTF_8);
        Map<String, byte[]> files = Map.of(
                "/v2/private/manifests/latest",
                manifest,
                "/v2/private/blobs/" + Digests.sha256(config),
                config,
                "/v2/private/blobs/" + Digests.sha256(layer),
                layer);
        try (LoopbackServer server = LoopbackServer.secured(directory)) {
            server.on("/token", exchange -> {
                boolean isKnown = "Basic YWxpY2U6c2VjcmV0"
                        .equals(exchange.getRequestHeaders().getFirst("Authorization"));
                byte[] token = "{\"token\":\"t0k3n\"}".getBytes(StandardCharsets.UTF_8);
                LoopbackServer.answer(exchange, isKnown ? 200 : 401, isKnown ? token : new byte[0]);
            });
            server.on("/v2/", exchange -> {
                if ("Bearer t0k3n".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                    exchange.getResponseHeaders().add("Content-Type", OCI_MANIFEST);
                    LoopbackServer.answer(
                            exchange, 200, files.get(exchange.getRequestURI().getPath()));
                } else {
                    exchange.getResponseHeaders()
                            .add(
                                    "WWW-Authenticate",
                                    "Bearer realm=\"%s/token\",service=\"s\",scope=\"repository:private:pull\""
                                            .formatted(server.url()));
                    LoopbackServer.answer(exchange, 401, new byte[0]);
                }
            });
            String host = "127.0.0.1:" + server.port();
            writeLogin(host);

            StoredImage image = pull(directory.resolve("data"), "docker://%s/private".formatted(host));

            assertThat(image.rootfs().resolve("a")).hasContent("a");
        }
    }

    @Test
    void no_password_is_sent_to_a_token_server_of_plain_http() throws Exception {
        try (LoopbackServer secured = LoopbackServer.secured(directory);
                LoopbackServer plain = new LoopbackServer()) {
            plain.on("/token", exchange -> LoopbackServer.answer(exchange, 401, new byte[0]));
            secured.on("/v2/", exchange -> {
                exchange.getResponseHeaders()
                        .add("WWW-Authenticate", "Bearer realm=\"%s/token\",service=\"s\"".formatted(plain.url()));
                LoopbackServer.answer(exchange, 401, new byte[0]);
            });
            String host = "127.0.0.1:" + secured.port();
            writeLogin(host);

            assertThatThrownBy(() -> pull(directory.resolve("data"), "docker://%s/private".formatted(host)))
                    .hasMessageContaining("credentials are sent over TLS only")
                    .hasMessageContaining(plain.url() + "/token");
            assertThat(plain.requests()).isEmpty();
        }
    }

    private StoredImage fetch(String image) throws IOException, RktException {
        return pull(directory, name(image));
    }

    private StoredImage pull(Path data, String image) throws IOException, RktException {
        return fetcher(data).fetch(ImageReference.parse(image), Optional.empty());
    }

    private static String name(String image) {
        return "docker://%s/%s".formatted(registry.host(), image);
    }

    private void writeLogin(String host) throws IOException {
        Path auth = Files.createDirectories(directory.resolve("etc/auth.d"));
        Files.writeString(auth.resolve("test.json"), """
                {"rktKind":"dockerAuth","rktVersion":"v1","registries":["%s"],
                 "credentials":{"user":"%s","password":"%s"}}""".formatted(host, DockerRegistry.USER, DockerRegistry.PASSWORD));
    }

    private ImageFetcher fetcher(Path data) {
        return new ImageFetcher(
                data,
                new ImageStore(data, ImageLimits.DEFAULT),
                new FetchOptions(PullPolicy.UPDATE, true, true, true),
                (aci, signature, name) -> {
                    throw new AssertionError("docker images have no signatures");
                },
                new ImageFetcher.Surroundings(
                        new ConfigDirectories(directory.resolve("none"), directory.resolve("etc"), Optional.empty()),
                        Map.of(),
                        InstantSource.system(),
                        Progress.hidden(),
                        message -> {}));
    }

    private static String index(String... entries) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
                .formatted(OCI_INDEX, String.join(",", List.of(entries)));
    }

    private static String entry(DockerRegistry.Pushed image, String architecture) {
        return """
                {"mediaType":"%s","digest":"%s","size":%d,"platform":{"os":"linux","architecture":"%s"}}""".formatted(OCI_MANIFEST, image.digest(), image.size(), architecture);
    }
}
