package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.tls.CertificateRole;
import dev.gantry.tls.PemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsCommandsTest {

    private static final List<String> CLIENT_PURPOSE = List.of("1.3.6.1.5.5.7.3.2");
    private static final List<String> SERVER_PURPOSES = List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");

    @TempDir
    private Path dir;

    @Test
    void a_ca_is_made_whose_key_only_its_owner_can_read() throws Exception {
        CliRun run = run("tls ca create --days 10");

        X509Certificate ca = certificate("ca.crt");
        ca.verify(ca.getPublicKey());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith("==> CA \"Gantry CA\" is valid until 2026-02-13T04:05:06Z: ")
                .contains("Keep " + dir.resolve("ca.key") + " secret");
        assertThat(ca.getBasicConstraints()).isZero();
        assertThat(ca.getPublicKey().getAlgorithm()).isEqualTo("EC");
        assertThat(ca.getNotBefore().toInstant()).isBefore(CliRun.NOW);
        assertThat(mode("ca.key")).isEqualTo("rw-------");
        assertThat(PemFiles.readKey(dir.resolve("ca.key")).getAlgorithm()).isEqualTo("EC");
    }

    @Test
    void a_server_gets_a_certificate_for_its_names_and_for_the_loopback() throws Exception {
        run("tls ca create");
        CliRun run =
                run("tls cert create --server --dns a.example.com --dns localhost --ip 192.0.2.7 --ip 2001:db8::1");

        assertThat(run.out()).startsWith("==> The certificate of the server is valid until 2027-02-03T04:05:06Z: ");
        X509Certificate made = certificate("server.crt");
        made.verify(certificate("ca.crt").getPublicKey());
        assertThat(names(made))
                .containsExactlyInAnyOrder(
                        "spiffe://gantry/server",
                        "localhost",
                        "a.example.com",
                        "127.0.0.1",
                        "0:0:0:0:0:0:0:1",
                        "192.0.2.7",
                        "2001:db8:0:0:0:0:0:1");
        assertThat(CertificateRole.of(made)).contains(new CertificateRole.Server());
        assertThat(made.getExtendedKeyUsage()).isEqualTo(SERVER_PURPOSES);
        assertThat(made.getBasicConstraints()).isEqualTo(-1);
        assertThat(mode("server.key")).isEqualTo("rw-------");
    }

    @Test
    void certificates_of_nodes_and_clients_name_their_roles_and_can_not_be_a_servers() throws Exception {
        run("tls ca create");
        run("tls cert create --node n1 --days 3");
        run("tls cert create --client");

        X509Certificate node = certificate("node-n1.crt");
        X509Certificate client = certificate("client.crt");
        assertThat(CertificateRole.of(node)).contains(new CertificateRole.Node("n1"));
        assertThat(CertificateRole.of(client)).contains(new CertificateRole.Client());
        assertThat(names(node)).containsExactly("spiffe://gantry/node/n1");
        assertThat(node.getExtendedKeyUsage()).isEqualTo(CLIENT_PURPOSE);
        assertThat(client.getExtendedKeyUsage()).isEqualTo(CLIENT_PURPOSE);
        assertThat(node.getNotAfter().toInstant()).isEqualTo(CliRun.NOW.plus(Duration.ofDays(3)));
    }

    @Test
    void no_file_is_overwritten() throws IOException {
        run("tls ca create");
        run("tls cert create --client");
        byte[] key = Files.readAllBytes(dir.resolve("ca.key"));

        CliRun ca = run("tls ca create");
        Files.delete(dir.resolve("client.crt"));
        CliRun client = run("tls cert create --client");

        assertThat(ca.exitCode()).isEqualTo(1);
        assertThat(ca.err())
                .isEqualTo("error: " + dir.resolve("ca.crt")
                        + " exists already and is not overwritten: remove it, or choose another directory\n");
        assertThat(client.err()).contains("client.key exists already");
        assertThat(Files.readAllBytes(dir.resolve("ca.key"))).isEqualTo(key);
        assertThat(dir.resolve("client.crt")).doesNotExist();
    }

    @Test
    void a_certificate_is_issued_by_the_named_ca_only_if_its_files_are_a_pair_and_a_ca() throws IOException {
        Path other = Files.createDirectory(dir.resolve("other"));
        run("tls ca create");
        CliRun.of(Map.of(), "", "tls", "ca", "create", "--dir", other.toString());
        run("tls cert create --client");

        assertThat(run("tls cert create --server --ca-key " + other.resolve("ca.key"))
                        .err())
                .isEqualTo("error: The private key " + other.resolve("ca.key")
                        + " does not belong to the certificate " + dir.resolve("ca.crt")
                        + ": give the files of one pair\n");
        assertThat(run("tls cert create --server --ca-cert %s --ca-key %s"
                                .formatted(dir.resolve("client.crt"), dir.resolve("client.key")))
                        .err())
                .isEqualTo("error: " + dir.resolve("client.crt")
                        + " is not the certificate of a CA: make one with gantry tls ca create\n");
        assertThat(run("tls cert create --server --ca-cert " + dir.resolve("none"))
                        .err())
                .isEqualTo("error: The certificate " + dir.resolve("none")
                        + " can't be read: there is no such file or directory\n");
    }

    @Test
    void a_certificate_does_not_outlive_its_ca() {
        run("tls ca create --days 10");

        CliRun run = run("tls cert create --client --days 11");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo("error: The certificate would be valid until 2026-02-14T04:05:06Z, longer than its CA's,"
                        + " which ends at 2026-02-13T04:05:06Z: choose fewer days\n");
    }

    @Test
    void a_directory_that_is_missing_is_named_with_the_command_that_makes_it() {
        Path missing = dir.resolve("keys");

        assertThat(CliRun.of(Map.of(), "", "tls", "ca", "create", "--dir", missing.toString())
                        .err())
                .contains("the directory %s does not exist: mkdir -p %s".formatted(missing, missing));
    }

    @Test
    void a_key_that_every_user_can_read_is_refused() throws IOException {
        run("tls ca create");
        Files.setPosixFilePermissions(dir.resolve("ca.key"), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(run("tls cert create --client").err())
                .isEqualTo("error: The private key %s is open to every user of this machine (rw-r--r--): chmod 600 %s\n"
                        .formatted(dir.resolve("ca.key"), dir.resolve("ca.key")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tls ca create --days 0",
                "tls ca create --days 36501",
                "tls cert create",
                "tls cert create --server --client",
                "tls cert create --node a/b",
                "tls cert create --client --dns example.com",
                "tls cert create --server --dns 192.0.2.1",
                "tls cert create --server --dns a_b",
                "tls cert create --server --ip example.com"
            })
    void what_can_not_be_made_is_a_wrong_usage_and_leaves_no_file(String command) throws IOException {
        CliRun run = run(command);

        assertThat(run.exitCode()).isEqualTo(2);
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files).isEmpty();
        }
    }

    private CliRun run(String command) {
        return CliRun.of(Map.of(), "", (command + " --dir " + dir).split(" "));
    }

    private X509Certificate certificate(String file) {
        return PemFiles.readCertificates(dir.resolve(file)).get(0);
    }

    private String mode(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(file)));
    }

    private static List<String> names(X509Certificate certificate) throws Exception {
        return certificate.getSubjectAlternativeNames().stream()
                .map(name -> name.get(1).toString())
                .toList();
    }
}
