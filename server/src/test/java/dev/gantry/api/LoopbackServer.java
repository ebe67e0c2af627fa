package dev.gantry.api;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;

/** A gRPC server on loopback, with a channel to it. */
final class LoopbackServer implements AutoCloseable {

    private final Server server;
    private final ManagedChannel channel;

    private LoopbackServer(Server server, ManagedChannel channel) {
        this.server = server;
        this.channel = channel;
    }

    /**
     * Starts a server. The channel's flow control window is small: the server keeps a large response until the client
     * reads it.
     *
     * @param parts adds the services and interceptors
     */
    static LoopbackServer start(UnaryOperator<NettyServerBuilder> parts) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        Server server = parts.apply(NettyServerBuilder.forAddress(new InetSocketAddress(loopback, 0)))
                .build()
                .start();
        ManagedChannel channel = NettyChannelBuilder.forAddress(new InetSocketAddress(loopback, server.getPort()))
                .usePlaintext()
                .flowControlWindow(64 * 1024)
                .build();
        return new LoopbackServer(server, channel);
    }

    ManagedChannel channel() {
        return channel;
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }
}
