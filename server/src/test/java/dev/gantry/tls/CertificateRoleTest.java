package dev.gantry.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class CertificateRoleTest {

    @Test
    void a_certificate_has_the_role_of_its_only_uri_of_gantry() throws Exception {
        assertThat(CertificateRole.of(with("https://example.com/", "spiffe://gantry/node/n1")))
                .contains(new CertificateRole.Node("n1"));
        assertThat(CertificateRole.of(with("spiffe://gantry/server"))).contains(new CertificateRole.Server());
        assertThat(CertificateRole.of(with("spiffe://gantry/client"))).contains(new CertificateRole.Client());
    }

    @Test
    void a_certificate_without_a_uri_of_gantry_or_with_several_has_no_role() throws Exception {
        assertThat(CertificateRole.of(with())).isEmpty();
        assertThat(CertificateRole.of(with("spiffe://gantry/node/n1", "spiffe://gantry/node/n2")))
                .isEmpty();
        assertThat(CertificateRole.of(with("spiffe://gantry/client", "spiffe://gantry/server")))
                .isEmpty();
    }

    @Test
    void a_uri_that_is_only_like_one_of_gantry_is_no_role() throws Exception {
        for (String uri : new String[] {
            "spiffe://gantry/server/",
            "spiffe://gantry/node/",
            "spiffe://gantry/node/a/b",
            "spiffe://gantry/admin",
            "spiffe://other/server",
            "xspiffe://gantry/server"
        }) {
            assertThat(CertificateRole.of(with(uri))).as(uri).isEmpty();
        }
    }

    @Test
    void a_name_that_no_node_can_have_is_refused() {
        assertThatThrownBy(() -> new CertificateRole.Node("a/b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a/b");
    }

    /** Makes a certificate with names that a {@link CertificateAuthority} does not issue. */
    private static X509Certificate with(String... uris) throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
        X500Name name = new X500Name("CN=outside");
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                name, BigInteger.ONE, Date.from(now), Date.from(now.plusSeconds(60)), name, keys.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(Stream.concat(
                                Stream.of(new GeneralName(GeneralName.dNSName, "example.com")),
                                Stream.of(uris).map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri)))
                        .toArray(GeneralName[]::new)));
        byte[] encoded = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }
}
