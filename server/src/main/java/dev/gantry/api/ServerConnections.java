package dev.gantry.api;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Accepts the connections of a server within a {@link ConnectionLimit}. gRPC gives access to the channel that accepts
 * them only together with its event loops, which therefore are this object's own.
 */
final class ServerConnections implements AutoCloseable {

    private static final long GRACE_SECONDS = 2;

    private final ConnectionLimit limit;
    private final EventLoopGroup accepting = eventLoops(1, "grpc-accept");
    /** As many as Netty thinks right: twice the processors, as gRPC's own. */
    private final EventLoopGroup connected = eventLoops(0, "grpc-event-loop");

    ServerConnections(ConnectionLimit limit) {
        this.limit = limit;
    }

    /** Lets a server accept its connections here. */
    NettyServerBuilder addTo(NettyServerBuilder server) {
        return server.channelFactory(this::channel)
                .bossEventLoopGroup(accepting)
                .workerEventLoopGroup(connected);
    }

    /** Ends the event loops, after the server. Does not wait. */
    @Override
    public void close() {
        var unusedAccepting = accepting.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS);
        var unusedConnected = connected.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS);
    }

    private ServerChannel channel() {
        ServerChannel channel = Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
        channel.pipeline().addFirst(limit);
        return channel;
    }

    private static EventLoopGroup eventLoops(int threads, String name) {
        ThreadFactory factory = new DefaultThreadFactory(name, true);
        return Epoll.isAvailable()
                ? new EpollEventLoopGroup(threads, factory)
                : new NioEventLoopGroup(threads, factory);
    }
}
