package dev.gantry.cli;

import io.grpc.ManagedChannelBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The transport of commands: grpc-okhttp. A command makes a call or two and ends; it spends most of its time loading
 * classes, and OkHttp has a tenth of Netty's.
 */
final class CommandTransport {

    /** Java forgets the level of a logger that nobody refers to. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    private static final String TRUST_STORE = "javax.net.ssl.trustStore";

    private CommandTransport() {}

    /**
     * Makes the builder of a channel.
     *
     * <p>When its classes are loaded, OkHttp makes a TLS context, also for a channel without TLS, and Java would read all
     * certificates that the machine trusts for it. So the trust store is none for that moment, and Java's default TLS
     * context trusts nobody in this process.
     */
    static ManagedChannelBuilder<?> channel(String host, int port) {
        GRPC.setLevel(Level.WARNING);
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
}
