package dev.gantry.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnCertificatesTest {

    private static final List<String> NAMES = List.of("localhost", "127.0.0.1", "::1");

    @TempDir
    private Path dir;

    private Instant now = Instant.parse("2026-02-03T04:05:06Z");

    @Test
    void the_first_start_makes_a_ca_and_a_certificate_that_only_the_servers_user_can_read() throws Exception {
        open(NAMES);

        X509Certificate ca = certificate("ca.crt");
        X509Certificate server = certificate("server.crt");
        server.verify(ca.getPublicKey());
        assertThat(CertificateRole.of(server)).contains(new CertificateRole.Server());
        assertThat(server.getNotAfter().toInstant()).isEqualTo(now.plus(Duration.ofDays(90)));
        assertThat(mode(tls())).isEqualTo("rwx------");
        assertThat(mode(tls().resolve("ca.key"))).isEqualTo("rw-------");
        assertThat(mode(tls().resolve("server.key"))).isEqualTo("rw-------");
    }

    @Test
    void the_next_start_keeps_both() {
        open(NAMES);
        X509Certificate ca = certificate("ca.crt");
        X509Certificate server = certificate("server.crt");
        now = now.plus(Duration.ofDays(59));

        open(List.of("::1", "localhost", "127.0.0.1"));

        assertThat(certificate("ca.crt")).isEqualTo(ca);
        assertThat(certificate("server.crt")).isEqualTo(server);
    }

    @Test
    void the_certificate_is_renewed_after_two_thirds_of_its_validity() throws Exception {
        OwnCertificates own = open(NAMES);
        X509Certificate first = certificate("server.crt");
        now = now.plus(Duration.ofDays(59));
        own.renew();
        assertThat(certificate("server.crt")).isEqualTo(first);

        now = now.plus(Duration.ofDays(1));
        own.renew();

        X509Certificate second = certificate("server.crt");
        second.verify(certificate("ca.crt").getPublicKey());
        assertThat(second.getNotAfter().toInstant()).isEqualTo(now.plus(Duration.ofDays(90)));
        assertThat(PemFiles.readKey(tls().resolve("server.key"))).isNotNull();
    }

    @Test
    void the_certificate_is_made_again_when_a_clock_that_was_ahead_is_set_right() throws Exception {
        OwnCertificates own = open(NAMES);
        Instant right = now;
        now = now.plus(Duration.ofDays(200));
        own.renew();
        assertThat(certificate("server.crt").getNotBefore().toInstant()).isAfter(right);

        now = right;
        own.renew();

        certificate("server.crt").checkValidity(Date.from(now));
    }

    @Test
    void the_certificate_is_made_again_for_other_names_and_after_a_crash_between_its_two_files() throws Exception {
        open(NAMES);
        X509Certificate first = certificate("server.crt");
        open(List.of("localhost", "gantry.example.com"));
        X509Certificate second = certificate("server.crt");
        assertThat(second).isNotEqualTo(first);
        assertThat(second.getSubjectAlternativeNames().toString()).contains("gantry.example.com");

        Files.copy(tls().resolve("ca.key"), tls().resolve("server.key.new"));
        Files.delete(tls().resolve("server.key"));
        Files.copy(tls().resolve("ca.key"), tls().resolve("server.key"));
        open(List.of("localhost", "gantry.example.com"));

        ServerTls files = ServerTls.own(tls(), NAMES, ServerTls.Version.TLS_1_3, false);
        assertThat(ServerCertificates.load(files, () -> now).keys()).isNotNull();
        assertThat(certificate("server.crt")).isNotEqualTo(second);
    }

    @Test
    void the_server_shows_its_ca_after_its_certificate_also_if_an_earlier_start_did_not() throws IOException {
        open(NAMES);
        X509Certificate ca = certificate("ca.crt");
        assertThat(shown()).hasSize(2).endsWith(ca);
        X509Certificate alone = shown().get(0);
        Files.writeString(tls().resolve("server.crt"), PemFiles.encode(List.of(alone)));

        open(NAMES);

        assertThat(shown()).hasSize(2).endsWith(ca);
    }

    @Test
    void a_node_gets_a_certificate_for_30_days_that_never_outlives_the_ca() throws Exception {
        OwnCertificates own = open(NAMES);
        PublicKey key = CertificateRequest.newKeys(new SecureRandom()).getPublic();

        X509Certificate node = own.issueForNode("n1", key).get(0);

        node.verify(own.authority().getPublicKey());
        assertThat(CertificateRole.of(node)).contains(new CertificateRole.Node("n1"));
        assertThat(node.getNotAfter().toInstant()).isEqualTo(now.plus(Duration.ofDays(30)));
        Instant end = own.authority().getNotAfter().toInstant();
        now = end.minus(Duration.ofDays(5));
        assertThat(own.issueForNode("n1", key).get(0).getNotAfter().toInstant()).isEqualTo(end);
    }

    @Test
    void a_start_that_was_killed_while_it_made_the_ca_is_made_good_by_the_next() throws Exception {
        Files.createDirectory(dir.resolve("tls.new"));
        Files.writeString(dir.resolve("tls.new/ca.key"), "half");

        open(NAMES);

        certificate("server.crt").verify(certificate("ca.crt").getPublicKey());
        assertThat(dir.resolve("tls.new")).doesNotExist();
    }

    @Test
    void a_damaged_ca_is_not_replaced() throws IOException {
        open(NAMES);
        Files.writeString(tls().resolve("ca.crt"), "broken");

        assertThatThrownBy(() -> open(NAMES))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(tls().resolve("ca.crt").toString());
        assertThat(Files.readString(tls().resolve("ca.crt"))).isEqualTo("broken");
    }

    @Test
    void the_last_certificates_end_with_their_ca() {
        open(NAMES);
        Instant end = certificate("ca.crt").getNotAfter().toInstant();
        now = end.minus(Duration.ofDays(5));

        open(NAMES);

        assertThat(certificate("server.crt").getNotAfter().toInstant()).isEqualTo(end);
    }

    private OwnCertificates open(List<String> names) {
        return OwnCertificates.open(tls(), names, () -> now, new SecureRandom());
    }

    private List<X509Certificate> shown() {
        return PemFiles.readCertificates(tls().resolve("server.crt"));
    }

    private Path tls() {
        return dir.resolve("tls");
    }

    private X509Certificate certificate(String file) {
        return PemFiles.readCertificates(tls().resolve(file)).get(0);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
