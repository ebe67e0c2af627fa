package dev.gantry.node.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** Tests what a node's log says of a connection that fails, by the statuses that gRPC gives. */
class ConnectionFaultTest {

    private static final Status CLOSED = Status.UNAVAILABLE.withDescription("Network closed for unknown reason");

    @Test
    void who_calls_a_server_with_tls_in_plain_text_is_told_how_to_use_it() {
        assertThat(ConnectionFault.describe(CLOSED, false))
                .startsWith("UNAVAILABLE: Network closed for unknown reason. If the server uses TLS")
                .contains("--join-token-file FILE", "--ca-file FILE");
        assertThat(ConnectionFault.describe(CLOSED, true)).doesNotContain("--");
        assertThat(ConnectionFault.describe(Status.UNAVAILABLE.withDescription("The server is shutting down"), false))
                .doesNotContain("--");
    }

    @Test
    void what_is_wrong_with_tls_is_said_with_its_remedy() {
        assertThat(of(new SSLException("not an SSL/TLS record: 00001204"))).contains("does not use TLS", "--tls");
        assertThat(of(new SSLException(
                        "error:1000045c:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED")))
                .contains("demands a certificate of all callers", "--cert-file FILE and --key-file FILE");
        assertThat(of(new SSLException("error:10000415:SSL routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_EXPIRED")))
                .contains("does not accept the node's certificate");
        assertThat(of(handshake(new CertPathValidatorException("Path does not chain with any of the trust anchors"))))
                .contains("not of a CA that the node trusts", "--ca-file FILE", "--join-token-file FILE");
        assertThat(of(handshake(new CertificateException("No name matching localhost found"))))
                .contains(
                        "No name matching localhost found. The server's certificate is not for the name", "--tls-name");
        CertPathValidatorException early = new CertPathValidatorException(
                "validity check failed", new CertificateNotYetValidException("NotBefore: Sun Nov 29 2026"));
        assertThat(of(handshake(early))).contains("NotBefore", "compare the clocks of both machines");
    }

    @Test
    void the_cause_of_a_failure_is_said_and_the_handlers_of_its_channel_are_not() {
        assertThat(of(new IOException("finishConnect(..) failed with error(-111): Connection refused")))
                .isEqualTo("UNAVAILABLE: io exception: Connection refused");
        assertThat(ConnectionFault.describe(
                        Status.UNAVAILABLE
                                .withDescription("io exception\nChannel Pipeline: [SslHandler#0]")
                                .withCause(new IOException()),
                        true))
                .isEqualTo("UNAVAILABLE: io exception");
    }

    private static SSLException handshake(Exception cause) {
        SSLHandshakeException failure = new SSLHandshakeException("General OpenSslEngine problem");
        failure.initCause(cause);
        return failure;
    }

    private static String of(Exception cause) {
        return ConnectionFault.describe(
                Status.UNAVAILABLE.withDescription("io exception").withCause(cause), true);
    }
}
