package dev.gantry.api;

import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The limits of connections and messages that a server has, whether it leads or not. */
final class ServerTransport {

    /** The most streams on one connection. */
    static final int STREAMS_PER_CONNECTION = 1024;

    /** A job has at most 1 MiB, but a node's updates may be larger. */
    private static final int LARGEST_MESSAGE = 16 * 1024 * 1024;

    /**
     * HTTP/2's limit of concurrent streams. Half of it stays free for unary calls, however many streams a client has
     * open.
     */
    private static final int CALLS_PER_CONNECTION = 2 * STREAMS_PER_CONNECTION;

    /**
     * The most bytes that a client may send on a connection, or in one of its streams, before the server has read them; also
     * those that the leader may send to a server that passes them on.
     */
    static final int WINDOW = 256 * 1024;

    /** A client that vanished is detected within this time plus gRPC's 20 s for the answer to its ping. */
    private static final long KEEP_ALIVE_SECONDS = 30;

    private static final long SHORTEST_CLIENT_KEEP_ALIVE_SECONDS = 5;

    /**
     * Requests may not be compressed: they are small, and a compressed one could grow a thousandfold in memory. Some clients
     * say that they do not compress.
     */
    private static final DecompressorRegistry UNCOMPRESSED =
            DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false);

    private ServerTransport() {}

    /** Begins a server at an address. */
    static NettyServerBuilder builder(InetSocketAddress address, ServerCredentials credentials) {
        return NettyServerBuilder.forAddress(address, credentials)
                .flowControlWindow(WINDOW)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(SHORTEST_CLIENT_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .decompressorRegistry(UNCOMPRESSED);
    }

    /**
     * Waits for the end of a server that was shut down: first for its calls, then for its connections.
     *
     * @param grace the longest wait for each
     */
    static void awaitEnd(Server server, Duration grace) {
        try {
            if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow().awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
