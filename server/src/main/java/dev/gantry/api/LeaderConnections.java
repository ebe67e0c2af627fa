package dev.gantry.api;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections of a server to the one that leads: as many as the calls need that it passes on, since a connection has a
 * limit of streams. Thread-safe.
 */
final class LeaderConnections implements AutoCloseable {

    /** Less than the limit of a connection, whose streams clients may also have opened before they are counted here. */
    private static final int CALLS_PER_CONNECTION = ServerTransport.STREAMS_PER_CONNECTION - 24;

    private static final int MOST_CONNECTIONS = 17;

    /** Pages and large objects of the leader. */
    private static final int LARGEST_MESSAGE = 128 * 1024 * 1024;

    /** How soon a leader is noticed that does not answer. The server allows no ping sooner than after 5 s. */
    private static final long KEEP_ALIVE_SECONDS = 5;

    private static final long KEEP_ALIVE_ANSWER_SECONDS = 3;

    private final String address;
    private final ChannelCredentials credentials;

    // Guarded by this.
    private final List<Line> lines = new ArrayList<>();
    private boolean closed;

    /**
     * Prepares connections, which are made when calls need them.
     *
     * @param address {@code HOST:PORT} of the leader
     * @param credentials with TLS or without
     */
    LeaderConnections(String address, ChannelCredentials credentials) {
        this.address = address;
        this.credentials = credentials;
    }

    /**
     * A connection.
     *
     * @param channel the channel
     * @param open the number of its calls
     */
    record Line(ManagedChannel channel, AtomicInteger open) {

        /** Returns the connection after a call. */
        void release() {
            open.decrementAndGet();
        }
    }

    /**
     * Takes a connection for a call, which releases it.
     *
     * @return the connection with the fewest calls; after {@link #close} its calls fail
     */
    synchronized Line take() {
        Line chosen = lines.stream()
                .min(Comparator.comparingInt(line -> line.open().get()))
                .filter(line -> line.open().get() < CALLS_PER_CONNECTION || lines.size() == MOST_CONNECTIONS)
                .orElseGet(this::connect);
        chosen.open().incrementAndGet();
        return chosen;
    }

    private Line connect() {
        ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + address, credentials)
                .directExecutor()
                .disableRetry()
                .disableServiceConfigLookUp()
                // A fixed one: gRPC would let what a caller does not read grow to 8 MiB for each call.
                .flowControlWindow(ServerTransport.WINDOW)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
                .build();
        if (closed) {
            channel.shutdownNow();
        }
        Line line = new Line(channel, new AtomicInteger());
        lines.add(line);
        return line;
    }

    /** Ends all connections; their calls end with UNAVAILABLE. */
    @Override
    public synchronized void close() {
        closed = true;
        lines.forEach(line -> line.channel().shutdownNow());
    }
}
