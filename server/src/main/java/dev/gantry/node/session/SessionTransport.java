package dev.gantry.node.session;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;

/** Prepares the connections of sessions. All methods are called on the owner thread and never block on the network. */
public interface SessionTransport {

    /**
     * Chooses the credentials for a connection to a server. Called for each connection, since tokens and certificates
     * change.
     *
     * @param server {@code HOST:PORT}
     * @return the credentials, completed on any thread; fails with a {@link io.grpc.StatusRuntimeException} of the
     *     server, or with another exception whose message says why the node itself does not connect
     */
    CompletableFuture<Prepared> prepare(String server);

    /**
     * Records that a connection ended before the server had sent a message.
     *
     * @param why the status of the end
     */
    void failed(Status why);

    /**
     * The credentials of a connection.
     *
     * @param credentials the credentials for TLS or for plain text
     * @param headers the node's id and secrets
     */
    record Prepared(ChannelCredentials credentials, Metadata headers) {

        /**
         * Tells whether nobody on the way can read what is sent.
         *
         * @return true with TLS
         */
        boolean isEncrypted() {
            return !(credentials instanceof InsecureChannelCredentials);
        }

        /** Leaves out the headers, which have secrets in them. */
        @Override
        public String toString() {
            return "Prepared[" + credentials + "]";
        }
    }
}
