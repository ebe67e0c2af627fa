package dev.gantry.tls;

import io.grpc.TlsChannelCredentials;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** How a node recognizes its servers. In each case the server's certificate must also be for the name that is called. */
public sealed interface ServerTrust {

    /**
     * Makes a connection verify its server in this way.
     *
     * @param connection the credentials of the connection
     */
    void addTo(TlsChannelCredentials.Builder connection);

    /**
     * Decides whether a server whose certificate is of this CA would be trusted.
     *
     * @param authority the certificate of the CA
     * @return true if it would
     */
    boolean covers(X509Certificate authority);

    /** Trusts the CAs that Java trusts. */
    record OfJava() implements ServerTrust {

        @Override
        public void addTo(TlsChannelCredentials.Builder connection) {
            // They are the default.
        }

        @Override
        public boolean covers(X509Certificate authority) {
            return false;
        }
    }

    /**
     * Trusts some CAs.
     *
     * @param authorities their certificates
     */
    record OfAuthorities(List<X509Certificate> authorities) implements ServerTrust {

        /** Makes the list immutable. */
        public OfAuthorities {
            authorities = List.copyOf(authorities);
        }

        @Override
        public void addTo(TlsChannelCredentials.Builder connection) {
            connection.trustManager(trusting(authorities));
        }

        @Override
        public boolean covers(X509Certificate authority) {
            return authorities.contains(authority);
        }
    }

    /**
     * Trusts the CA with this pin. The server has to show the CA's certificate after its own.
     *
     * @param pin the pin
     */
    record OfPin(AuthorityPin pin) implements ServerTrust {

        @Override
        public void addTo(TlsChannelCredentials.Builder connection) {
            connection.trustManager(new Pinned(pin));
        }

        @Override
        public boolean covers(X509Certificate authority) {
            return pin.matches(authority);
        }
    }

    /** Looks for the CA with the pin among the certificates that the server shows, and trusts that one alone. */
    final class Pinned extends X509ExtendedTrustManager {

        private final AuthorityPin pin;

        private Pinned(AuthorityPin pin) {
            this.pin = pin;
        }

        private X509ExtendedTrustManager manager(X509Certificate[] shown) throws CertificateException {
            List<X509Certificate> authority =
                    Arrays.stream(shown).filter(pin::matches).limit(1).toList();
            if (authority.isEmpty()) {
                throw new CertificateException(
                        ("the server does not show the CA that the join token names (SHA-256 %s). It is another server, or"
                                        + " its CA is a new one: take the token from its DATA_DIR/server/join.token")
                                .formatted(pin));
            }
            return trusting(authority);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type, SSLEngine connection)
                throws CertificateException {
            manager(shown).checkServerTrusted(shown, type, connection);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type, Socket connection)
                throws CertificateException {
            manager(shown).checkServerTrusted(shown, type, connection);
        }

        /** Without the connection, nobody knows by which name the server was called. */
        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type) throws CertificateException {
            throw new CertificateException("the name of the server can't be verified");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type, SSLEngine connection)
                throws CertificateException {
            throw new CertificateException("a node has no clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type, Socket connection)
                throws CertificateException {
            throw new CertificateException("a node has no clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type) throws CertificateException {
            throw new CertificateException("a node has no clients");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static X509ExtendedTrustManager trusting(List<X509Certificate> authorities) {
        try {
            AdvancedTlsX509TrustManager manager =
                    AdvancedTlsX509TrustManager.newBuilder().build();
            manager.updateTrustCredentials(authorities.toArray(X509Certificate[]::new));
            return manager;
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException("The certificate of a CA can't be used: " + e.getMessage(), e);
        }
    }
}
