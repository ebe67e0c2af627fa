package dev.gantry.app;

import dev.gantry.client.TlsOptions;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The credentials of a node's connections. Each connection begins with what the files have then, so that a renewed
 * certificate is used without a restart. Used by one thread.
 */
final class NodeCredentials implements Supplier<ChannelCredentials> {

    private static final Logger LOG = LoggerFactory.getLogger(NodeCredentials.class);

    private final TlsOptions tls;
    private ChannelCredentials last;

    private NodeCredentials(TlsOptions tls) {
        this.tls = tls;
        this.last = tls.credentials();
    }

    /**
     * Returns the credentials of a node.
     *
     * @param tls how the node uses TLS; empty if it does not
     * @throws IllegalArgumentException if a file can't be used; the message names it
     */
    static Supplier<ChannelCredentials> of(Optional<TlsOptions> tls) {
        return tls.<Supplier<ChannelCredentials>>map(NodeCredentials::new).orElse(InsecureChannelCredentials::create);
    }

    @Override
    public ChannelCredentials get() {
        try {
            last = tls.credentials();
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "The files of TLS have changed and can't be used, so the earlier ones stay in use: {}",
                    e.getMessage());
        }
        return last;
    }
}
