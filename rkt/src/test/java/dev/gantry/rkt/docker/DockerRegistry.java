package dev.gantry.rkt.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.rkt.TestCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** A real registry (Debian's docker-registry) on this machine, and what pushes images to it. */
public final class DockerRegistry implements AutoCloseable {

    public static final Path PROGRAM = Path.of("/usr/bin/docker-registry");
    public static final String USER = "alice";
    public static final String PASSWORD = "secret";

    static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";

    /** bcrypt of the password, which is the one hash that the registry takes. */
    private static final String HTPASSWD_LINE =
            USER + ":$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

    private final HttpClient client;
    private final String scheme;
    private final Process process;
    private final Path storage;
    private final int port;

    private DockerRegistry(HttpClient client, String scheme, Process process, Path storage, int port) {
        this.client = client;
        this.scheme = scheme;
        this.process = process;
        this.storage = storage;
        this.port = port;
    }

    /** Starts a registry of plain HTTP and waits until it listens. */
    public static DockerRegistry start(Path directory, boolean needsPassword) throws IOException {
        return start(HttpClient.newHttpClient(), "http", directory, needsPassword, "");
    }

    /** Starts a registry that needs a password and speaks TLS, and waits until it listens. */
    static DockerRegistry startSecured(Path directory)
            throws IOException, InterruptedException, GeneralSecurityException {
        TestCertificate certificate = TestCertificate.create(directory, "127.0.0.1");
        String tls = ", tls: {certificate: %s, key: %s}"
                .formatted(certificate.certificate(), certificate.writeKey(directory.resolve("key.pem")));
        HttpClient client =
                HttpClient.newBuilder().sslContext(certificate.context()).build();
        return start(client, "https", directory, true, tls);
    }

    private static DockerRegistry start(
            HttpClient client, String scheme, Path directory, boolean needsPassword, String tls) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path storage = Files.createDirectories(directory.resolve("storage"));
        Path passwords = Files.writeString(directory.resolve("htpasswd"), HTPASSWD_LINE);
        String auth = needsPassword ? "auth: {htpasswd: {realm: test, path: %s}}\n".formatted(passwords) : "";
        Path config = Files.writeString(directory.resolve("config.yml"), """
                version: 0.1
                log: {level: error}
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "127.0.0.1:%d"%s}
                %s""".formatted(storage, port, tls, auth));
        Process process = new ProcessBuilder(PROGRAM.toString(), "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("registry.log").toFile())
                .start();
        await().atMost(Duration.ofSeconds(30)).until(() -> !process.isAlive() || isListening(port));
        return new DockerRegistry(client, scheme, process, storage, port);
    }

    public String host() {
        return "127.0.0.1:" + port;
    }

    /** A pushed image: its manifest's digest and size. */
    public record Pushed(String digest, int size) {}

    /** Pushes an image of layers that are uncompressed archives. */
    public Pushed push(String repository, String tag, String mediaType, String config, byte[]... layers) {
        String diffIds = Stream.of(layers)
                .map(layer -> "\"" + Digests.sha256(layer) + "\"")
                .collect(Collectors.joining(","));
        byte[] configuration = config.replace("DIFF_IDS", diffIds).getBytes(StandardCharsets.UTF_8);
        List<byte[]> blobs = Stream.of(layers).map(DockerRegistry::gzip).toList();
        pushBlob(repository, configuration);
        blobs.forEach(blob -> pushBlob(repository, blob));
        boolean isDocker = mediaType.equals(MANIFEST);
        String layerType = isDocker
                ? "application/vnd.docker.image.rootfs.diff.tar.gzip"
                : "application/vnd.oci.image.layer.v1.tar+gzip";
        String configType = isDocker
                ? "application/vnd.docker.container.image.v1+json"
                : "application/vnd.oci.image.config.v1+json";
        String manifest = """
                {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}""".formatted(
                        mediaType,
                        descriptor(configType, configuration),
                        blobs.stream().map(blob -> descriptor(layerType, blob)).collect(Collectors.joining(",")));
        return pushManifest(repository, tag, mediaType, manifest);
    }

    public Pushed pushManifest(String repository, String tag, String mediaType, String manifest) {
        byte[] bytes = manifest.getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> response =
                send(HttpRequest.newBuilder(uri("/v2/%s/manifests/%s".formatted(repository, tag)))
                        .header("Content-Type", mediaType)
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return new Pushed(Digests.sha256(bytes), bytes.length);
    }

    /** Changes a byte of a blob behind the registry's back. */
    public void damage(String digest) throws IOException {
        String hex = digest.substring("sha256:".length());
        Path data = storage.resolve("docker/registry/v2/blobs/sha256")
                .resolve(hex.substring(0, 2))
                .resolve(hex)
                .resolve("data");
        byte[] bytes = Files.readAllBytes(data);
        bytes[bytes.length - 1] ^= 1;
        Files.write(data, bytes);
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(compressed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private void pushBlob(String repository, byte[] blob) {
        HttpResponse<String> begun = send(HttpRequest.newBuilder(uri("/v2/%s/blobs/uploads/".formatted(repository)))
                .POST(HttpRequest.BodyPublishers.noBody()));
        String location = begun.headers().firstValue("Location").orElseThrow();
        URI uri = URI.create(location + (location.contains("?") ? "&" : "?") + "digest=" + Digests.sha256(blob));
        HttpResponse<String> response = send(HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/octet-stream")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(blob)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        String login = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        try {
            return client.send(
                    request.header("Authorization", "Basic " + login).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private URI uri(String path) {
        return URI.create(scheme + "://" + host() + path);
    }

    private static String descriptor(String mediaType, byte[] blob) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
                .formatted(mediaType, Digests.sha256(blob), blob.length);
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
