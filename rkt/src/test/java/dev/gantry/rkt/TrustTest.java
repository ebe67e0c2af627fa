package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.rkt.appc.HostArchitecture;
import dev.gantry.rkt.http.LoopbackServer;
import dev.gantry.rkt.trust.Signer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrustTest extends RktTest {

    private static final Signer PUBLISHER = Signer.named("Publisher <images@example.com>");

    private Path config;
    private Path key;
    private Path signed;

    @BeforeEach
    void publish() throws IOException {
        config = directory.resolve("config");
        key = PUBLISHER.writePublicKey(directory.resolve("key.asc"));
        signed = Files.copy(image, directory.resolve("signed.aci"));
        PUBLISHER.sign(signed);
    }

    @Test
    void a_signed_image_runs_when_its_key_is_trusted_for_its_prefix() throws Exception {
        Rkt.Result trust = call("trust", "--skip-fingerprint-review", "--prefix=example.com/shell", key.toString())
                .succeeded();

        Path stored = config.resolve("trustedkeys/prefix.d/example.com/shell").resolve(PUBLISHER.fingerprint());
        assertThat(stored).hasSameTextualContentAs(key);
        assertThat(trust.out())
                .contains("prefix: \"example.com/shell\"\nkey: \"" + key + "\"\ngpg key fingerprint is: ")
                .contains("\tPublisher <images@example.com>\n")
                .endsWith("Trusting \"" + key + "\" for prefix \"example.com/shell\" without fingerprint review.\n"
                        + "Added key for prefix \"example.com/shell\" at \"" + stored + "\"\n");
        Rkt.Result prepared = call("prepare", signed.toString(), "--exec=true").succeeded();
        assertThat(prepared.out()).matches("[0-9a-f-]{36}\n");
        assertThat(prepared.err()).isEqualTo("image: signature verified:\n  Publisher <images@example.com>\n");
        assertThat(call("run-prepared", prepared.out().strip()).exitCode()).isZero();
    }

    @Test
    void an_image_that_is_not_signed_by_a_key_of_its_prefix_is_refused_and_not_stored() throws Exception {
        assertRefused(signed, "signature made by unknown entity");

        call("trust", "--skip-fingerprint-review", "--prefix=example.com/other", key.toString())
                .succeeded();
        assertRefused(signed, "signature made by unknown entity");

        call("trust", "--skip-fingerprint-review", "--prefix=example.com", key.toString())
                .succeeded();
        Path changed = directory.resolve("changed.aci");
        byte[] bytes = Files.readAllBytes(signed);
        bytes[bytes.length / 2] ^= 1;
        Files.write(changed, bytes);
        Files.copy(Path.of(signed + ".asc"), Path.of(changed + ".asc"));
        assertRefused(changed, "invalid signature: the image is not the one that was signed");
        Path other = Files.copy(signed, directory.resolve("other.aci"));
        Signer.named("Somebody else").sign(other);
        assertRefused(other, "signature made by unknown entity");
        Path unsigned = Files.copy(signed, directory.resolve("unsigned.aci"));
        assertThat(call("fetch", unsigned.toString()).err())
                .isEqualTo("fetch: open %s.asc: no such file or directory\n".formatted(unsigned));

        call("fetch", signed.toString()).succeeded();
    }

    @Test
    void the_signature_may_lie_elsewhere() throws Exception {
        call("trust", "--skip-fingerprint-review", "--root", key.toString()).succeeded();
        Path elsewhere = Files.move(Path.of(signed + ".asc"), directory.resolve("elsewhere"));

        call("fetch", signed.toString(), "--signature=" + elsewhere).succeeded();
        call("prepare", signed.toString(), "--signature", elsewhere.toString()).succeeded();
        assertThat(config.resolve("trustedkeys/root.d").resolve(PUBLISHER.fingerprint()))
                .exists();
    }

    @Test
    void no_key_is_trusted_unseen_by_a_caller_that_is_no_person() throws Exception {
        Rkt.Result result = call("trust", "--prefix=example.com", key.toString());

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err())
                .endsWith("trust: error adding keys: error reviewing key: unable to ask user to review fingerprint due"
                        + " to lack of tty\n");
        assertThat(result.err())
                .contains("--skip-fingerprint-review, which trusts the key unseen")
                .doesNotContain("run: rkt trust");
        assertThat(config).doesNotExist();
    }

    @Test
    void a_person_is_asked_until_the_answer_is_yes_or_no() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) is not installed: skipped");

        assertThat(answer("no")).contains("not trusting \"" + key + "\"");
        assertThat(config).doesNotExist();
        assertThat(answer("perhaps", "yes"))
                .contains("Are you sure you want to trust this key (yes/no)?", "Please enter 'yes' or 'no'")
                .contains("for prefix \"example.com\" after fingerprint review.");
        assertThat(config.resolve("trustedkeys/prefix.d/example.com").resolve(PUBLISHER.fingerprint()))
                .exists();
    }

    @Test
    void a_command_line_that_contradicts_itself_trusts_nothing() {
        assertThat(call("trust", "--prefix=a", "--root", "k").err())
                .isEqualTo("trust: --root and --prefix usage mutually exclusive\n");
        assertThat(call("trust", "k").err()).isEqualTo("trust: --root required for non-prefixed (root) keys\n");
        assertThat(call("trust", "--prefix=https://example.com").err())
                .isEqualTo("trust: --prefix must not contain a URL scheme, omit https://\n");
        assertThat(call("trust", "--prefix=example.com", "http://127.0.0.1:1/key")
                        .err())
                .isEqualTo("trust: error adding keys: error accessing the key http://127.0.0.1:1/key:"
                        + " --insecure-allow-http required for http URLs\n");
        assertThat(call("trust", "--prefix=..", "--skip-fingerprint-review", key.toString())
                        .exitCode())
                .isEqualTo(254);
        assertThat(call("trust", "--prefix=a", "--skip-fingerprint-review", signed + ".asc")
                        .err())
                .contains("is no OpenPGP public key");
        assertThat(config).doesNotExist();
    }

    @Test
    void the_drivers_calls_trust_what_the_prefix_publishes_and_run_its_images_only() throws Exception {
        String prefix = TlsServer.HOST + "/app";
        try (TlsServer server = new TlsServer(directory)) {
            server.serve("/app", """
                    <html><head><meta name="ac-discovery-pubkeys" content="%1$s https://%1$s/key.asc">
                    <meta name="ac-discovery-pubkeys" content="example.com https://%1$s/wrong">
                    </head></html>""".formatted(TlsServer.HOST));
            server.serve("/key.asc", PUBLISHER.publicKey());
            Path app = directory.resolve("app.aci");
            new AciBuilder()
                    .file("manifest", """
                            {"acKind":"ImageManifest","acVersion":"0.8.11","name":"%s","labels":[{"name":"os","value":"linux"}],
                             "app":{"exec":["/bin/true"],"user":"0","group":"0"}}""".formatted(prefix))
                    .directory("rootfs", entry -> entry.setMode(0755))
                    .programs("true")
                    .write(app);
            PUBLISHER.sign(app);
            server.serve("/app.aci", Files.readAllBytes(app));
            server.serve("/app.aci.asc", Files.readAllBytes(Path.of(app + ".asc")));
            Map<String, String> trusting =
                    Map.of("SSL_CERT_FILE", server.certificate().toString());
            String[] trust = {"trust", "--skip-fingerprint-review=true", "--prefix=" + prefix, "--debug=false"};
            String[] prepare = {"--debug=false", "prepare", "https://" + prefix + ".aci", "--exec=/bin/true"};

            assertThat(call(trust).err()).contains("meta discovery on " + prefix + " resulted in no keys");
            assertThat(call(trusting, prepare).err()).contains("signature made by unknown entity");
            call(trusting, trust).succeeded();
            String uuid = call(trusting, prepare).succeeded().out().strip();

            assertThat(uuid).matches("[0-9a-f-]{36}");
            assertThat(call("run-prepared", uuid).exitCode()).isZero();
            assertThat(call("prepare", signed.toString()).err()).contains("signature made by unknown entity");
        }
    }

    @Test
    void an_image_that_was_fetched_unverified_does_not_pass_for_verified_later() throws Exception {
        call("trust", "--skip-fingerprint-review", "--root", key.toString()).succeeded();
        try (LoopbackServer server = new LoopbackServer()) {
            server.on("/app.aci", exchange -> {
                exchange.getResponseHeaders().add("Cache-Control", "max-age=600");
                exchange.getResponseHeaders().add("ETag", "\"one\"");
                LoopbackServer.answer(exchange, 200, Files.readAllBytes(signed));
            });
            AtomicBoolean isSigned = new AtomicBoolean();
            byte[] signature = Files.readAllBytes(Path.of(signed + ".asc"));
            server.on(
                    "/app.aci.asc",
                    exchange -> LoopbackServer.answer(
                            exchange, isSigned.get() ? 200 : 404, isSigned.get() ? signature : new byte[0]));
            String url = server.url() + "/app.aci";
            String id = call("--insecure-options=image", "fetch", "--full", url)
                    .succeeded()
                    .out()
                    .strip();

            assertThat(call("prepare", url).err())
                    .as("its URL")
                    .contains("bad HTTP status code: 404")
                    .contains("app.aci.asc");
            Rkt.Result byName = call("prepare", "--pull-policy=never", "example.com/shell:1.0.0");
            assertThat(byName.exitCode()).isEqualTo(254);
            assertThat(byName.err())
                    .as("its name")
                    .contains(id + " was not verified when it was fetched, so only --insecure-options=image uses it");
            call("prepare", id.substring(0, 39), "--exec=/bin/true").succeeded();
            assertThat(call("prepare", id.substring(0, 38)).err()).contains("is too short to identify an image");
            call("--insecure-options=image", "prepare", url, "--exec=/bin/true").succeeded();

            isSigned.set(true);
            call("prepare", url, "--exec=/bin/true").succeeded();
            call("prepare", "--pull-policy=never", "example.com/shell:1.0.0", "--exec=/bin/true")
                    .succeeded();
            int requests = server.requests().size();
            call("prepare", url, "--exec=/bin/true").succeeded();
            assertThat(server.requests())
                    .as("a verified image is taken from the store")
                    .hasSize(requests);
        }
    }

    @Test
    void a_docker_registry_with_a_private_certificate_authority_is_trusted_by_file_and_by_directory() throws Exception {
        byte[] layer = new AciBuilder("").file("a", "a").bytes();
        byte[] config = """
                {"architecture":"%s","os":"linux","config":{"Cmd":["/a"]},
                 "rootfs":{"type":"layers","diff_ids":["%s"]}}""".formatted(HostArchitecture.docker(), sha256(layer)).getBytes(StandardCharsets.UTF_8);
        String mediaType = "application/vnd.oci.image.manifest.v1+json";
        byte[] manifest =
                """
                {"schemaVersion":2,"mediaType":"%s","config":{"digest":"%s"},"layers":[{"digest":"%s"}]}""".formatted(mediaType, sha256(config), sha256(layer)).getBytes(StandardCharsets.UTF_8);
        Map<String, byte[]> files = Map.of(
                "/v2/",
                "{}".getBytes(StandardCharsets.UTF_8),
                "/v2/private/manifests/latest",
                manifest,
                "/v2/private/blobs/" + sha256(config),
                config,
                "/v2/private/blobs/" + sha256(layer),
                layer);
        Path authorities = Files.createDirectories(directory.resolve("authorities"));
        try (LoopbackServer server = LoopbackServer.secured(authorities)) {
            server.on("/v2/", exchange -> {
                exchange.getResponseHeaders().add("Content-Type", mediaType);
                LoopbackServer.answer(
                        exchange, 200, files.get(exchange.getRequestURI().getPath()));
            });
            String[] fetch = {
                "--insecure-options=image", "fetch", "docker://127.0.0.1:%d/private".formatted(server.port())
            };

            assertThat(call(fetch).err()).contains("certification path");
            String file = authorities.resolve("ca.pem").toString();
            call(Map.of("SSL_CERT_FILE", file), fetch).succeeded();
            // It has other files too.
            String directories = directory.resolve("none") + ":" + authorities;
            call(Map.of("SSL_CERT_DIR", directories), fetch).succeeded();
        }
    }

    private static String sha256(byte[] content) throws NoSuchAlgorithmException {
        return "sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    @Test
    void keys_are_fetched_with_the_credentials_of_their_server() throws Exception {
        writeLogin(TlsServer.HOST);
        try (TlsServer server = new TlsServer(directory)) {
            server.serve("/app", """
                    <meta name="ac-discovery-pubkeys" content="%1$s https://%1$s/key.asc">
                    """.formatted(TlsServer.HOST));
            server.serve("/key.asc", PUBLISHER.publicKey());

            call(
                            Map.of("SSL_CERT_FILE", server.certificate().toString()),
                            "trust",
                            "--skip-fingerprint-review",
                            "--prefix=" + TlsServer.HOST + "/app")
                    .succeeded();

            assertThat(server.requests())
                    .containsExactly("/app?ac-discovery=1 Basic YWxpY2U6c2VjcmV0", "/key.asc Basic YWxpY2U6c2VjcmV0");
        }
    }

    @Test
    void keys_are_fetched_through_the_proxy_which_is_told_no_credentials_over_plain_http() throws Exception {
        writeLogin("keys.example.com");
        try (LoopbackServer proxy = new LoopbackServer()
                .on("/app", exchange -> LoopbackServer.answer(exchange, 200, """
                        <meta name="ac-discovery-pubkeys" content="keys.example.com http://keys.example.com/key.asc">
                        """.getBytes(StandardCharsets.UTF_8)))
                .on("/key.asc", exchange -> LoopbackServer.answer(exchange, 200, Files.readAllBytes(key)))) {
            call(
                            Map.of("HTTP_PROXY", proxy.url(), "HTTPS_PROXY", "http://127.0.0.1:1"),
                            "trust",
                            "--skip-fingerprint-review",
                            "--insecure-allow-http",
                            "--prefix=keys.example.com/app")
                    .succeeded();

            assertThat(proxy.requests())
                    .containsExactly("http://keys.example.com/app?ac-discovery=1", "http://keys.example.com/key.asc");
        }
        assertThat(config.resolve("trustedkeys/prefix.d/keys.example.com/app").resolve(PUBLISHER.fingerprint()))
                .exists();
    }

    private void writeLogin(String host) throws IOException {
        Path logins = Files.createDirectories(config.resolve("auth.d"));
        Files.writeString(logins.resolve("keys.json"), """
                {"rktKind":"auth","rktVersion":"v1","domains":["%s"],"type":"basic",
                 "credentials":{"user":"alice","password":"secret"}}""".formatted(host));
    }

    private void assertRefused(Path aci, String reason) throws IOException {
        Rkt.Result result = call("prepare", aci.toString(), "--exec=true");
        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("prepare: error finding images: ").contains(reason);
        try (Stream<Path> left = Files.walk(rkt.data())) {
            assertThat(left.filter(path -> path.toString().matches(".*/cas/(images|tmp)/.*|.*/pods/[^/]*/.*")))
                    .isEmpty();
        }
    }

    private String answer(String... lines) throws IOException, InterruptedException {
        String command =
                "bin/rkt --dir=%s --local-config=%s trust --prefix=example.com %s".formatted(rkt.data(), config, key);
        Process process = new ProcessBuilder("script", "-qefc", command, "/dev/null")
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.getOutputStream().close();
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private Rkt.Result call(String... arguments) {
        return call(Map.of(), arguments);
    }

    private Rkt.Result call(Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--local-config=" + config, "--system-config=" + config + ".none"));
        all.addAll(Arrays.asList(arguments));
        return rkt.call(environment, all.toArray(String[]::new));
    }
}
