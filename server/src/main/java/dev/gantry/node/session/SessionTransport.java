package dev.gantry.node.session;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;

/** Prepares the connections of sessions. All methods are called on the owner thread and never block on the network. */
public interface SessionTransport {

    /**
     * Finds out how to connect to a server. It is asked for each connection anew, since tokens and certificates change.
     *
     * @param server {@code HOST:PORT}
     * @return what to connect with, completed on any thread; fails with a {@link io.grpc.StatusRuntimeException} of the
     *     server, or with another exception whose message says why the node itself does not connect
     */
    CompletableFuture<Prepared> prepare(String server);

    /**
     * Takes in that a connection ended before the server had said anything.
     *
     * @param why how it ended
     */
    void failed(Status why);

    /**
     * What to connect with.
     *
     * @param credentials with TLS or without
     * @param headers what the node shows to the server
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
