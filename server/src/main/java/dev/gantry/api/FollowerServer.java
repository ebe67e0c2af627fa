package dev.gantry.api;

import dev.gantry.access.Authenticator;
import dev.gantry.access.Caller;
import dev.gantry.model.LeaderHeader;
import dev.gantry.store.Members.Leader;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCredentials;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC endpoint of a server that does not lead: passes each call on to the leader, which alone decides who the caller is
 * and what the caller may do. Only the sessions of nodes are not passed on: their nodes are told where the leader is, since
 * a session ends with the leader anyway.
 */
public final class FollowerServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FollowerServer.class);

    private static final int MOST_CALLS = 16_384;

    /** The leader decides who a caller is. */
    private static final Authenticator NOBODY = new Authenticator() {
        @Override
        public Optional<Caller> authenticate(String secret) {
            return Optional.empty();
        }

        @Override
        public Optional<Caller> present(Caller caller) {
            return Optional.of(caller);
        }
    };

    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final Metadata.Key<String> LEADER =
            Metadata.Key.of(LeaderHeader.NAME, Metadata.ASCII_STRING_MARSHALLER);

    private static final String SESSION =
            NodeSessionServiceGrpc.getConnectMethod().getFullMethodName();

    private final ChannelCredentials toLeader;
    private final HealthStatusManager health = new HealthStatusManager();
    private final ServerConnections connections = new ServerConnections(ConnectionLimit.ofThisProcess());
    private final UnreadAnswers unread;
    private final Server server;
    private volatile Optional<Followed> followed = Optional.empty();

    private record Followed(Leader leader, LeaderConnections connections) {}

    /**
     * The limits of the memory of what is passed on.
     *
     * @param requests the bytes of all requests together
     * @param answers the bytes of all large answers together that callers have not read
     * @param patience how long a request may be incomplete, or an answer unread, while there is no room for others
     */
    record Memory(long requests, long answers, Duration patience) {

        private static final int SHARE = 8;
        private static final Duration PATIENCE = Duration.ofSeconds(30);

        static Memory ofThisProcess() {
            long share = Runtime.getRuntime().maxMemory() / SHARE;
            return new Memory(share, share, PATIENCE);
        }
    }

    private FollowerServer(
            InetSocketAddress address, ServerCredentials credentials, ChannelCredentials toLeader, Memory memory)
            throws IOException {
        this.toLeader = toLeader;
        this.unread = new UnreadAnswers(memory.answers(), memory.patience());
        RequestMemoryLimit requests = new RequestMemoryLimit(
                memory.requests(), memory.patience(), NodeSessionServiceGrpc.getConnectMethod(), System::nanoTime);
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
        try {
            this.server = connections
                    .addTo(ServerTransport.builder(address, credentials)
                            .directExecutor()
                            .addStreamTracerFactory(requests)
                            .addStreamTracerFactory(SlowReaders.tracers())
                            .addTransportFilter(PeerCertificates.connections())
                            .intercept(requests)
                            .intercept(new OpenCalls(
                                    MOST_CALLS,
                                    ServerTransport.STREAMS_PER_CONNECTION,
                                    NodeSessionServiceGrpc.getConnectMethod(),
                                    NOBODY))
                            .addService(health.getHealthService())
                            .fallbackHandlerRegistry(new ToLeader()))
                    .build()
                    .start();
        } catch (IOException | RuntimeException e) {
            connections.close();
            throw e;
        }
    }

    /**
     * Begins to listen. Calls are refused with UNAVAILABLE until there is a leader to follow.
     *
     * @param address the address; port 0 takes any free port
     * @param credentials with TLS or without
     * @param toLeader how this server connects to the leader
     * @return the server
     * @throws IOException if the address can't be bound
     */
    public static FollowerServer start(
            InetSocketAddress address, ServerCredentials credentials, ChannelCredentials toLeader) throws IOException {
        return start(address, credentials, toLeader, Memory.ofThisProcess());
    }

    /** Begins to listen, with other limits of memory. */
    static FollowerServer start(
            InetSocketAddress address, ServerCredentials credentials, ChannelCredentials toLeader, Memory memory)
            throws IOException {
        return new FollowerServer(address, credentials, toLeader, memory);
    }

    /**
     * Returns the port that the server listens on.
     *
     * @return the port
     */
    public int port() {
        return server.getPort();
    }

    /**
     * Passes later calls on to a leader. Calls that were passed on to another one end with UNAVAILABLE. Called by one
     * thread.
     *
     * @param leader the leader; empty: there is none, and calls are refused with UNAVAILABLE
     */
    public void follow(Optional<Leader> leader) {
        Optional<Followed> before = followed;
        if (before.map(Followed::leader).equals(leader)) {
            return;
        }
        followed = leader.map(next -> new Followed(next, new LeaderConnections(next.address(), toLeader)));
        health.setStatus(
                HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
                leader.filter(FollowerServer::isReachable).isPresent()
                        ? ServingStatus.SERVING
                        : ServingStatus.NOT_SERVING);
        before.map(Followed::connections).ifPresent(LeaderConnections::close);
        leader.ifPresentOrElse(
                next -> LOG.info("Follows {}, at {}", next, isReachable(next) ? next.address() : "no address"),
                () -> LOG.info("No server leads now"));
    }

    private static boolean isReachable(Leader leader) {
        return !leader.address().isEmpty();
    }

    /** Ends all calls with UNAVAILABLE and stops to listen. */
    @Override
    public void close() {
        health.enterTerminalState();
        server.shutdown();
        followed.map(Followed::connections).ifPresent(LeaderConnections::close);
        followed = Optional.empty();
        ServerTransport.awaitEnd(server, GRACE);
        connections.close();
    }

    /** Knows each method: the leader decides which ones there are. */
    private final class ToLeader extends HandlerRegistry {

        @Override
        public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
            return ServerMethodDefinition.create(CallRelay.method(name), FollowerServer.this::passOn);
        }
    }

    private Listener<byte[]> passOn(ServerCall<byte[], byte[]> call, Metadata headers) {
        Optional<Followed> now = followed.filter(known -> isReachable(known.leader()));
        // A server that takes this one for the leader has not learned yet that it leads no more: calls could go round.
        if (now.isEmpty() || PassedOnCalls.isPassedOn(headers)) {
            return refuse(call, StatusMapping.noLeader(), new Metadata());
        }
        Leader leader = now.get().leader();
        if (call.getMethodDescriptor().getFullMethodName().equals(SESSION)) {
            Metadata trailers = new Metadata();
            trailers.put(LEADER, leader.address());
            return refuse(call, StatusMapping.sessionWithFollower(leader.address()), trailers);
        }
        PassedOnCalls.describe(call, headers, leader.secret());
        LeaderConnections.Line line = now.get().connections().take();
        return CallRelay.start(call, headers, line.channel(), unread, line::release);
    }

    private static Listener<byte[]> refuse(ServerCall<?, ?> call, Status status, Metadata trailers) {
        call.close(status, trailers);
        return new Listener<>() {};
    }
}
