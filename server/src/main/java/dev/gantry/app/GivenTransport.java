package dev.gantry.app;

import dev.gantry.client.TlsOptions;
import dev.gantry.node.session.SessionCredentials;
import dev.gantry.node.session.SessionTransport;
import dev.gantry.tls.TlsException;
import io.grpc.ChannelCredentials;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects a node with a certificate that its user has given to it. Each connection begins with what the files have then,
 * so that a renewed certificate is used without a restart. Used by one thread.
 */
final class GivenTransport implements SessionTransport {

    private static final Logger LOG = LoggerFactory.getLogger(GivenTransport.class);

    private final TlsOptions tls;
    private final SessionCredentials shown;
    private ChannelCredentials last;

    /**
     * Reads the files.
     *
     * @param tls the files
     * @param shown what the node shows to servers
     * @throws TlsException if a file can't be used; the message names it
     */
    GivenTransport(TlsOptions tls, SessionCredentials shown) {
        this.tls = tls;
        this.shown = shown;
        try {
            this.last = tls.credentials();
        } catch (IllegalArgumentException e) {
            throw new TlsException(e.getMessage(), e);
        }
    }

    @Override
    public CompletableFuture<Prepared> prepare(String server) {
        try {
            last = tls.credentials();
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "The files of TLS have changed and can't be used, so the earlier ones stay in use: {}",
                    e.getMessage());
        }
        return CompletableFuture.completedFuture(new Prepared(last, shown.headers(shown.joinToken(server))));
    }

    @Override
    public void failed(Status why) {
        // The files are the user's: no other certificate could be tried.
    }
}
