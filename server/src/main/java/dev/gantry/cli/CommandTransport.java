package dev.gantry.cli;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.security.GeneralSecurityException;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * The transport of commands: grpc-okhttp. A command makes a call or two and ends; it spends most of its time loading
 * classes, and OkHttp has a tenth of Netty's.
 */
final class CommandTransport {

    /** Java forgets the level of a logger that nobody refers to. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    /** OkHttp itself would use TLS 1.2 only. */
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** Those of TLS 1.3, and of TLS 1.2 those that HTTP/2 allows (RFC 7540, appendix A). */
    private static final String[] CIPHERS = {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
    };

    private static final String TRUST_STORE = "javax.net.ssl.trustStore";

    private CommandTransport() {}

    /** Makes the builder of a channel. */
    static ManagedChannelBuilder<?> channel(String host, int port, ChannelCredentials credentials) {
        GRPC.setLevel(Level.WARNING);
        OkHttpChannelBuilder channel = load(host, port);
        return credentials instanceof TlsChannelCredentials tls
                ? channel.sslSocketFactory(sockets(tls)).tlsConnectionSpec(VERSIONS, CIPHERS)
                : channel.usePlaintext();
    }

    /**
     * Makes a builder without settings.
     *
     * <p>When its classes are loaded, OkHttp makes a TLS context, also for a channel without TLS, and Java would read all
     * certificates that the machine trusts for it. So the trust store is none for that moment, and Java's default TLS
     * context trusts nobody in this process. The contexts of {@link #sockets} are others.
     */
    private static OkHttpChannelBuilder load(String host, int port) {
        String before = System.getProperty(TRUST_STORE);
        System.setProperty(TRUST_STORE, "NONE");
        try {
            return OkHttpChannelBuilder.forAddress(host, port);
        } finally {
            if (before == null) {
                System.clearProperty(TRUST_STORE);
            } else {
                System.setProperty(TRUST_STORE, before);
            }
        }
    }

    /** OkHttp takes either credentials or versions and ciphers, so the credentials become a factory of sockets. */
    private static SSLSocketFactory sockets(TlsChannelCredentials tls) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    tls.getKeyManagers() == null ? null : tls.getKeyManagers().toArray(KeyManager[]::new),
                    tls.getTrustManagers() == null
                            ? null
                            : tls.getTrustManagers().toArray(TrustManager[]::new),
                    null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new CommandFailedException("Java can't use TLS on this machine: " + e.getMessage(), e);
        }
    }
}
