package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gantry.cli.CliContext;
import dev.gantry.cli.Console;
import dev.gantry.cli.GantryCli;
import dev.gantry.client.GantryClient;
import dev.gantry.client.TlsFailedException;
import dev.gantry.client.TlsOptions;
import dev.gantry.client.UnavailableException;
import dev.gantry.tls.CertificateAuthority.Identity;
import dev.gantry.tls.ServerTls;
import dev.gantry.tls.TlsException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a server with TLS, and the clients that call it: the SDK (Netty) and the command line (OkHttp). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsServerTest {

    @TempDir
    private Path dir;

    private TlsCluster cluster;

    @BeforeEach
    void makeCertificates() throws IOException {
        cluster = new TlsCluster(dir.resolve("tls"));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void the_sdk_and_the_command_line_call_a_server_that_their_ca_has_certified() throws IOException {
        cluster.start(false);

        assertThat(statusOf("127.0.0.1", TlsOptions.SYSTEM.authority(cluster.ca())))
                .isNotEmpty();
        assertThat(run(Map.of(), "--ca-file", cluster.ca().toString(), "status", "--address", cluster.address()))
                .startsWith("0 Version");
        assertThat(run(
                        Map.of(),
                        "status",
                        "--ca-file",
                        cluster.ca().toString(),
                        "--address",
                        "https://" + cluster.address()))
                .startsWith("0 Version");
        assertThat(run(Map.of("GANTRY_CACERT", cluster.ca().toString(), "GANTRY_ADDR", cluster.address()), "status"))
                .startsWith("0 Version");
    }

    @Test
    void a_server_of_another_ca_is_not_trusted() throws IOException {
        cluster.start(false);
        try (TlsCluster other = new TlsCluster(dir.resolve("other"))) {
            assertThatThrownBy(() -> statusOf("127.0.0.1", TlsOptions.SYSTEM.authority(other.ca())))
                    .isInstanceOf(TlsFailedException.class)
                    .hasMessageContaining("No TLS connection with https://127.0.0.1:" + cluster.port());
            assertThat(run(
                            Map.of(),
                            "status",
                            "--address",
                            cluster.address(),
                            "--ca-file",
                            other.ca().toString()))
                    .startsWith("1 error: No TLS connection with https://" + cluster.address() + ": ");
        }
        assertThat(run(Map.of(), "status", "--address", "https://" + cluster.address()))
                .startsWith("1 error: No TLS connection with https://" + cluster.address() + ": ");
    }

    @Test
    void a_server_whose_certificate_is_for_another_name_is_not_trusted() throws IOException {
        cluster.issue("server", TlsCluster.server("192.0.2.1"));
        cluster.start(false);

        assertThatThrownBy(() -> statusOf("127.0.0.1", TlsOptions.SYSTEM.authority(cluster.ca())))
                .isInstanceOf(TlsFailedException.class)
                .hasMessageContaining("127.0.0.1");
        assertThat(run(
                        Map.of(),
                        "status",
                        "--address",
                        cluster.address(),
                        "--ca-file",
                        cluster.ca().toString()))
                .startsWith("1 error: The certificate of the server at " + cluster.address() + " is not for that name");
    }

    @Test
    void a_node_can_not_pose_as_a_server() throws Exception {
        cluster.issue("n1", TlsCluster.node("n1"));
        ServerTls ofNode = new ServerTls(
                cluster.certificate("n1"), cluster.key("n1"), cluster.ca(), ServerTls.Version.TLS_1_3, false);

        assertThatThrownBy(() -> cluster.start(ofNode))
                .isInstanceOf(TlsException.class)
                .hasMessage(cluster.certificate("n1")
                        + " is not the certificate of a server (it is that of the node \"n1\"): make one with gantry tls"
                        + " cert create --server");
    }

    @Test
    void the_command_line_and_the_sdk_say_why_there_is_no_connection_with_tls_and_what_to_do() throws IOException {
        cluster.issue("client", TlsCluster.client());
        cluster.start(false);
        try (TestServer plain = TestServer.start(dir.resolve("plain"));
                TlsCluster strict = new TlsCluster(dir.resolve("strict")).start(true)) {
            strict.issueExpired("late", TlsCluster.client());
            TlsOptions right = TlsOptions.SYSTEM.authority(cluster.ca());
            TlsOptions ofStrict = TlsOptions.SYSTEM.authority(strict.ca());
            String address = cluster.address();
            String plainAddress = HostPort.format(plain.server().address());

            assertFails(address, Optional.empty(), "if the server uses TLS, say https://" + address, "--ca-file FILE");
            assertFails("https://" + address, Optional.empty(), "No TLS connection with", "--ca-file FILE");
            assertFails(address, Optional.of(ofStrict), "No TLS connection with", "--ca-file FILE");
            assertFails(plainAddress, Optional.of(right), "does not use TLS", "call it without https://, --ca-file");
            assertFails(
                    strict.address(),
                    Optional.of(ofStrict),
                    "a certificate of its callers",
                    "--cert-file FILE and --key-file FILE");
            assertFails(
                    strict.address(),
                    Optional.of(ofStrict.identity(strict.certificate("late"), strict.key("late"))),
                    "accept this client's",
                    " expired",
                    "--cert-file FILE and --key-file FILE");
            assertFails(
                    strict.address(),
                    Optional.of(ofStrict.identity(cluster.certificate("client"), cluster.key("client"))),
                    "accept this client's",
                    "--cert-file FILE and --key-file FILE");
            assertFails("localhost:" + cluster.port(), Optional.of(right), "is not for that name", "--tls-name NAME");
        }
    }

    /** Makes a call by the SDK and by the command line, and checks what each says of its failure. */
    private void assertFails(String address, Optional<TlsOptions> tls, String... why) {
        GantryClient.Builder client = GantryClient.builder().address(address).environment(Map.of());
        tls.ifPresent(client::tls);
        try (GantryClient made = client.build()) {
            assertThat(catchThrowable(made::status)).message().contains(why);
        }
        List<String> command = new ArrayList<>(List.of("status", "--address", address));
        tls.flatMap(TlsOptions::authority).ifPresent(ca -> command.addAll(List.of("--ca-file", ca.toString())));
        tls.flatMap(TlsOptions::identity)
                .ifPresent(files -> command.addAll(List.of(
                        "--cert-file",
                        files.certificate().toString(),
                        "--key-file",
                        files.key().toString())));
        assertThat(run(Map.of(), command.toArray(String[]::new)))
                .startsWith("1 error: ")
                .contains(why);
    }

    @Test
    void the_sdk_takes_the_files_of_tls_from_the_environment_as_the_command_line_does() throws IOException {
        cluster.issue("client", TlsCluster.client());
        cluster.start(true);
        Map<String, String> variables = Map.of(
                "GANTRY_CACERT", cluster.ca().toString(),
                "GANTRY_CLIENT_CERT", cluster.certificate("client").toString(),
                "GANTRY_CLIENT_KEY", cluster.key("client").toString());
        try (GantryClient client = GantryClient.builder()
                .address(cluster.address())
                .environment(variables)
                .build()) {
            assertThat(client.status().getVersion()).isNotEmpty();
        }
        assertThatThrownBy(() -> GantryClient.builder()
                        .environment(Map.of("GANTRY_CLIENT_CERT", "x"))
                        .build())
                .hasMessageContaining("GANTRY_CLIENT_CERT and GANTRY_CLIENT_KEY");
    }

    @Test
    void who_calls_without_tls_is_told_to_use_it_and_the_reverse() throws IOException {
        cluster.start(false);
        assertThat(run(Map.of(), "status", "--address", cluster.address()))
                .startsWith("1 error: ")
                .contains("https://");
        assertThatThrownBy(() -> {
                    try (GantryClient client = GantryClient.connect(cluster.address())) {
                        client.status();
                    }
                })
                .isInstanceOf(UnavailableException.class);

        try (TestServer plain = TestServer.start(dir.resolve("plain"))) {
            String address = HostPort.format(plain.server().address());
            assertThat(run(
                            Map.of(),
                            "status",
                            "--address",
                            address,
                            "--ca-file",
                            cluster.ca().toString()))
                    .startsWith("1 error: What listens at " + address + " does not use TLS");
            assertThatThrownBy(() -> {
                        try (GantryClient client = GantryClient.builder()
                                .address(address)
                                .tls(TlsOptions.SYSTEM.authority(cluster.ca()))
                                .build()) {
                            client.status();
                        }
                    })
                    .isInstanceOf(TlsFailedException.class);
        }
    }

    @Test
    void tls_1_2_is_refused_unless_the_server_allows_it() throws Exception {
        cluster.start(false);
        assertThatThrownBy(() -> handshake("TLSv1.2")).isInstanceOf(SSLHandshakeException.class);
        assertThat(handshake("TLSv1.3")).isNotNull();
        cluster.close();

        cluster.start(cluster.tls(ServerTls.Version.TLS_1_2, false));
        assertThat(handshake("TLSv1.2")).isNotNull();
        assertThat(handshake("TLSv1.3")).isNotNull();
        assertThatThrownBy(() -> handshake("TLSv1.1")).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void a_server_can_demand_a_certificate_of_its_ca_from_every_caller() throws IOException {
        cluster.issue("client", TlsCluster.client());
        cluster.issueExpired("late", TlsCluster.client());
        cluster.start(true);
        TlsOptions without = TlsOptions.SYSTEM.authority(cluster.ca());

        assertThatThrownBy(() -> statusOf("127.0.0.1", without)).isInstanceOf(TlsFailedException.class);
        assertThatThrownBy(() -> statusOf("127.0.0.1", cluster.options("late"))).isInstanceOf(TlsFailedException.class);
        try (TlsCluster other = new TlsCluster(dir.resolve("other"))) {
            other.issue("client", TlsCluster.client());
            assertThatThrownBy(() ->
                            statusOf("127.0.0.1", without.identity(other.certificate("client"), other.key("client"))))
                    .isInstanceOf(TlsFailedException.class);
        }
        assertThat(statusOf("127.0.0.1", cluster.options("client"))).isNotEmpty();
        assertThat(run(
                        Map.of(),
                        "status",
                        "--address",
                        cluster.address(),
                        "--ca-file",
                        cluster.ca().toString()))
                .startsWith("1 error: The server at https://" + cluster.address())
                .contains("it may demand a certificate of its callers");
        assertThat(run(
                        Map.of(
                                "GANTRY_CLIENT_CERT",
                                cluster.certificate("client").toString(),
                                "GANTRY_CLIENT_KEY",
                                cluster.key("client").toString()),
                        "status",
                        "--address",
                        cluster.address(),
                        "--ca-file",
                        cluster.ca().toString()))
                .startsWith("0 Version");
        assertThat(run(
                        Map.of(),
                        "status",
                        "--cert-file",
                        cluster.certificate("client").toString()))
                .startsWith("2 ")
                .contains("--key-file FILE");
    }

    @Test
    void a_certificate_that_was_not_issued_by_the_ca_is_refused_even_if_none_is_demanded() throws IOException {
        cluster.start(false);
        try (TlsCluster other = new TlsCluster(dir.resolve("other"))) {
            other.issue("client", TlsCluster.client());
            TlsOptions foreign = TlsOptions.SYSTEM
                    .authority(cluster.ca())
                    .identity(other.certificate("client"), other.key("client"));

            assertThatThrownBy(() -> statusOf("127.0.0.1", foreign)).isInstanceOf(TlsFailedException.class);
        }
    }

    @Test
    void a_renewed_certificate_is_used_without_a_restart_and_a_broken_one_is_not() throws Exception {
        cluster.start(false);
        X509Certificate first = handshake("TLSv1.3");
        Identity second = cluster.issue("server", TlsCluster.server("127.0.0.1"));

        eventually().untilAsserted(() -> assertThat(handshake("TLSv1.3")).isEqualTo(second.certificate()));
        assertThat(second.certificate()).isNotEqualTo(first);

        Files.writeString(cluster.certificate("server"), "broken");
        eventually()
                .during(Duration.ofSeconds(6))
                .until(() -> second.certificate().equals(handshake("TLSv1.3")));
    }

    @Test
    void clients_of_another_ca_are_accepted_as_soon_as_the_file_of_authorities_has_it() throws Exception {
        cluster.start(true);
        try (TlsCluster other = new TlsCluster(dir.resolve("other"))) {
            other.issue("client", TlsCluster.client());
            TlsOptions options = TlsOptions.SYSTEM
                    .authority(Files.copy(cluster.ca(), dir.resolve("first.crt")))
                    .identity(other.certificate("client"), other.key("client"));
            assertThatThrownBy(() -> statusOf("127.0.0.1", options)).isInstanceOf(TlsFailedException.class);

            Path both = dir.resolve("both.crt");
            Files.writeString(both, Files.readString(cluster.ca()) + Files.readString(other.ca()));
            Files.move(both, cluster.ca(), StandardCopyOption.ATOMIC_MOVE);

            eventually()
                    .ignoreException(TlsFailedException.class)
                    .untilAsserted(
                            () -> assertThat(statusOf("127.0.0.1", options)).isNotEmpty());
        }
    }

    @Test
    void a_server_does_not_start_with_files_that_it_can_not_use_and_says_which_and_why() throws IOException {
        cluster.issue("other", TlsCluster.server("127.0.0.1"));
        cluster.issueExpired("late", TlsCluster.server("127.0.0.1"));
        cluster.issue("client", TlsCluster.client());

        assertThatThrownBy(() -> start("server", "other", cluster.ca()))
                .hasMessage("The private key %s does not belong to the certificate %s: give the files of one pair"
                        .formatted(cluster.key("other"), cluster.certificate("server")));
        assertThatThrownBy(() -> start("late", "late", cluster.ca()))
                .hasMessageStartingWith("The certificate %s has expired at ".formatted(cluster.certificate("late")))
                .hasMessageEndingWith(": renew it, with gantry tls cert create --server");
        assertThatThrownBy(() -> start("client", "client", cluster.ca()))
                .hasMessageContaining("is not the certificate of a server (it is that of the client)");
        assertThatThrownBy(() -> start("server", "server", cluster.certificate("client")))
                .hasMessageStartingWith(cluster.certificate("client") + " has a certificate that is not that of a CA");
        assertThatThrownBy(() -> start("server", "server", cluster.key("server")))
                .hasMessageContaining(cluster.key("server").toString());
        assertThatThrownBy(() -> start("none", "none", cluster.ca()))
                .hasMessage("The certificate %s can't be read: there is no such file or directory"
                        .formatted(cluster.certificate("none")));
        Files.setPosixFilePermissions(cluster.key("server"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> start("server", "server", cluster.ca()))
                .hasMessage("The private key %1$s is open to every user of this machine (rw-r--r--): chmod 600 %1$s"
                        .formatted(cluster.key("server")));
        assertThat(dir.resolve("tls/data")).doesNotExist();
    }

    @Test
    void a_server_that_makes_its_own_certificates_is_trusted_with_its_ca_and_keeps_it() throws IOException {
        Path own = dir.resolve("tls/data/server/tls");
        ServerTls tls = ServerTls.own(own, List.of("127.0.0.1"), ServerTls.Version.TLS_1_3, false);
        cluster.start(tls);
        byte[] ca = Files.readAllBytes(own.resolve("ca.crt"));
        assertThat(statusOf("127.0.0.1", TlsOptions.SYSTEM.authority(own.resolve("ca.crt"))))
                .isNotEmpty();
        cluster.close();

        cluster.start(tls);
        assertThat(Files.readAllBytes(own.resolve("ca.crt"))).isEqualTo(ca);
        assertThat(statusOf("127.0.0.1", TlsOptions.SYSTEM.authority(own.resolve("ca.crt"))))
                .isNotEmpty();
    }

    @Test
    void a_client_names_the_file_that_it_can_not_use() throws IOException {
        Files.writeString(dir.resolve("empty"), "nothing");

        assertThat(run(Map.of(), "status", "--ca-file", dir.resolve("none").toString()))
                .startsWith("2 error: " + dir.resolve("none") + " can't be used: there is no such file");
        assertThat(run(Map.of(), "status", "--ca-file", dir.resolve("empty").toString()))
                .startsWith("2 error: " + dir.resolve("empty") + " ");
        assertThat(run(
                        Map.of(),
                        "status",
                        "--cert-file",
                        cluster.certificate("server").toString(),
                        "--key-file",
                        cluster.ca().toString()))
                .startsWith("2 error: " + cluster.ca() + " has no private key that can be read");
    }

    private void start(String certificate, String key, Path ca) throws IOException {
        cluster.start(new ServerTls(
                cluster.certificate(certificate), cluster.key(key), ca, ServerTls.Version.TLS_1_3, false));
    }

    private String statusOf(String host, TlsOptions options) {
        try (GantryClient client = GantryClient.builder()
                .address(host + ":" + cluster.port())
                .tls(options)
                .build()) {
            return client.status().getClusterId();
        }
    }

    /** Runs a command. Returns its exit code and all that it has printed. */
    @Test
    void status_waits_for_the_ca_that_a_server_leaves_once_it_listens() throws IOException {
        cluster.start(false);
        Path left = dir.resolve("gantry/local/%d/ca.crt".formatted(cluster.port()));
        AtomicInteger polls = new AtomicInteger();
        // The clock is read once before each call.
        LongSupplier clock = () -> {
            if (polls.incrementAndGet() == 4) {
                copy(cluster.ca(), left);
            }
            return System.nanoTime();
        };
        String[] arguments = {"status", "--wait", "30s", "--nodes", "0", "--address", "127.0.0.1:" + cluster.port()};

        assertThat(run(Map.of("XDG_CONFIG_HOME", dir.toString()), clock, arguments))
                .startsWith("0 Version");
        assertThat(polls).hasValueGreaterThanOrEqualTo(4);
    }

    private static void copy(Path from, Path to) {
        try {
            Files.createDirectories(to.getParent());
            Files.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String run(Map<String, String> environment, String... arguments) {
        return run(environment, System::nanoTime, arguments);
    }

    private static String run(Map<String, String> environment, LongSupplier nanoTime, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        Console console = new Console(new ByteArrayInputStream(new byte[0]), stream, stream);
        CliContext context = new CliContext(console, environment, InstantSource.system(), nanoTime);
        int exitCode = new GantryCli(context, () -> List.of("test"), List.of(), new SnapshotWhatIf()).run(arguments);
        return exitCode + " " + out.toString(StandardCharsets.UTF_8);
    }

    /** Connects with one version of TLS, and returns the certificate that the server shows. */
    private X509Certificate handshake(String version) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anyone()}, new SecureRandom());
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", cluster.port())) {
            socket.setEnabledProtocols(new String[] {version});
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    /** Trusts every server: the test looks at the certificate itself. */
    private static final class Anyone implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
