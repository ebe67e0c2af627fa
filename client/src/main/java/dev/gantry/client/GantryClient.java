package dev.gantry.client;

import dev.gantry.v1.CollectGarbageRequest;
import dev.gantry.v1.CollectGarbageResponse;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import dev.gantry.v1.ListServersRequest;
import dev.gantry.v1.SaveSnapshotRequest;
import dev.gantry.v1.SaveSnapshotResponse;
import dev.gantry.v1.ServerInfo;
import dev.gantry.v1.TransferLeadershipRequest;
import dev.gantry.v1.WhatIfRequest;
import dev.gantry.v1.WhatIfResponse;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A connection to a Gantry server.
 *
 * <pre>{@code
 * try (GantryClient gantry = GantryClient.connect("127.0.0.1:7470")) {
 *     gantry.jobs().submit(job);
 * }
 * }</pre>
 *
 * <p>Thread-safe; make one client and keep it. It connects on the first call, reconnects when the connection is lost,
 * and opens another connection for each thousand open watches. Calls block. A thread that is interrupted while it waits
 * gets a {@link GantryException} and keeps its interrupt flag. An earlier deadline of the current {@link
 * io.grpc.Context} is respected.
 */
public final class GantryClient implements AutoCloseable {

    /** The server's default port on this machine. */
    public static final String DEFAULT_ADDRESS = "127.0.0.1:7470";

    private static final Duration CLOSE_GRACE = Duration.ofSeconds(2);

    private final Connection connection;
    private final JobClient jobs;
    private final AllocationClient allocations;
    private final NodeClient nodes;
    private final ServiceClient services;
    private final AclClient acl;
    private final VariableClient variables;

    private GantryClient(Connection connection) {
        this.connection = connection;
        this.jobs = new JobClient(connection, new RequestIds(InstantSource.system()));
        this.allocations = new AllocationClient(connection);
        this.nodes = new NodeClient(connection);
        this.services = new ServiceClient(connection);
        this.acl = new AclClient(connection);
        this.variables = new VariableClient(connection);
    }

    /**
     * Makes a client with default settings.
     *
     * @param address the server's address: HOST:PORT, or HOST for port 7470
     * @return the client
     * @throws IllegalArgumentException if the address is invalid
     */
    public static GantryClient connect(String address) {
        return builder().address(address).build();
    }

    /**
     * Returns a builder for a client with other settings.
     *
     * @return a builder with the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the calls for jobs.
     *
     * @return the calls for jobs
     */
    public JobClient jobs() {
        return jobs;
    }

    /**
     * Returns the calls for allocations.
     *
     * @return the calls for allocations
     */
    public AllocationClient allocations() {
        return allocations;
    }

    /**
     * Returns the calls for services.
     *
     * @return the calls for services
     */
    public ServiceClient services() {
        return services;
    }

    /**
     * Returns the calls for nodes.
     *
     * @return the calls for nodes
     */
    public NodeClient nodes() {
        return nodes;
    }

    /**
     * Returns the calls for tokens and policies.
     *
     * @return the calls for tokens and policies
     */
    public AclClient acl() {
        return acl;
    }

    /**
     * Returns the calls for variables.
     *
     * @return the calls for variables
     */
    public VariableClient variables() {
        return variables;
    }

    /**
     * Returns the cluster's status.
     *
     * @return the server's version, and counts
     * @throws GantryException if the call fails
     */
    public GetStatusResponse status() {
        return connection.call(connection.cluster(), stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()));
    }

    /**
     * Deletes what the server's garbage collection would delete some time, at once: ended evaluations, deployments and
     * allocations that nothing needs, old versions of jobs, dead jobs, and nodes that are down.
     *
     * @return how many objects were deleted
     * @throws GantryException if the call fails
     */
    public CollectGarbageResponse collectGarbage() {
        return connection.call(
                connection.cluster(), stub -> stub.collectGarbage(CollectGarbageRequest.getDefaultInstance()));
    }

    /**
     * Returns what the cluster would do after some changes of nodes and jobs, and changes nothing. Takes a second or more
     * in a cluster with thousands of nodes.
     *
     * @param request the changes, and how much to tell
     * @return what would be placed, moved, preempted and left waiting, for the jobs that the token may read
     * @throws InvalidArgumentException if a change is not valid
     * @throws NotFoundException if a change names a node or a job that does not exist
     * @throws PermissionDeniedException if the token may not read nodes, or not plan a job
     */
    public WhatIfResponse whatIf(WhatIfRequest request) {
        return connection.call(connection.cluster(), stub -> stub.whatIf(request));
    }

    /**
     * Returns a snapshot of the server's database at one index, as the bytes of a file. Writes go on meanwhile. The bytes are
     * read from the server as they are read from the stream; a caller who does not read for a minute is cut off.
     *
     * @return the file. If the connection breaks, reading throws {@link UnavailableException}: begin again
     * @throws PermissionDeniedException when it is read, if the token is no management token
     */
    public InputStream snapshot() {
        SaveSnapshotRequest request = SaveSnapshotRequest.getDefaultInstance();
        return new PieceInputStream<>(
                connection.watch(
                        () -> connection.stream(connection.cluster(), stub -> stub.saveSnapshot(request)),
                        piece -> true,
                        () -> false),
                SaveSnapshotResponse::getData);
    }

    /**
     * Returns the servers that share the database: one leads, the others pass calls on to it.
     *
     * @return the servers, those that were started first first
     * @throws PermissionDeniedException if the token may not read the cluster
     */
    public List<ServerInfo> servers() {
        return connection
                .call(connection.cluster(), stub -> stub.listServers(ListServersRequest.getDefaultInstance()))
                .getServersList();
    }

    /**
     * Lets another server lead, within about a second. Watches are resumed there.
     *
     * @return the id of the server that led
     * @throws PreconditionFailedException if there is no other server
     * @throws PermissionDeniedException if the token is no management token
     */
    public String transferLeadership() {
        return connection
                .call(
                        connection.cluster(),
                        stub -> stub.transferLeadership(TransferLeadershipRequest.getDefaultInstance()))
                .getFormerLeaderId();
    }

    /** Ends all running calls and watches, and disconnects. Closing again does nothing. */
    @Override
    public void close() {
        ManagedChannel channel = connection.channel().shutdownNow();
        try {
            channel.awaitTermination(CLOSE_GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Chooses the transport of the calls: gRPC for Java has several, which differ in size and speed. */
    @FunctionalInterface
    public interface Transport {

        /**
         * Makes the builder of a channel. The client adds its own settings: message sizes, keep-alive, user agent.
         *
         * @param host a name or an address, IPv6 in brackets
         * @param port 1 to 65535
         * @param credentials with TLS or without
         * @return a builder of gRPC for that server, such as {@code OkHttpChannelBuilder.forAddress(host, port,
         *     credentials)}
         */
        ManagedChannelBuilder<?> channel(String host, int port, ChannelCredentials credentials);
    }

    /** Builds a client. Not thread-safe. */
    public static final class Builder {

        /** Lists may hold a page of jobs of 1 MiB each. */
        private static final int LARGEST_MESSAGE = 128 * 1024 * 1024;

        private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(10);

        /** gRPC 1.82 logs a line about epoll there when it loads Netty, which would be in each program's output. */
        private static final Logger NETTY_METRICS = Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.TcpMetrics");

        private String address = DEFAULT_ADDRESS;
        private Duration deadline = Duration.ofSeconds(30);
        private Duration keepAlive = Duration.ofSeconds(30);
        private Duration watchPatience = Duration.ofMinutes(1);
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private String userAgent = "gantry-java/" + version();
        private Optional<TlsOptions> tls = Optional.empty();
        private Transport transport = Builder::netty;
        private Optional<TokenSource> token = Optional.empty();
        private Map<String, String> environment = System.getenv();

        private Builder() {}

        /**
         * Sets the server's address, or those of several servers of one cluster. Default: {@value
         * GantryClient#DEFAULT_ADDRESS}.
         *
         * @param hostAndPort HOST:PORT, or HOST for port 7470; several with commas between. The client calls the first one
         *     that it can connect to, and goes on to the next when the connection breaks or when the server says that it is
         *     unavailable. With {@code https://} before it the client uses TLS, and
         *     trusts the certificate authorities that Java trusts unless {@link #tls} says otherwise
         * @return this
         */
        public Builder address(String hostAndPort) {
            this.address = hostAndPort;
            return this;
        }

        /**
         * Sets the deadline of a call, over all its attempts. Streams have none. Default: 30 s.
         *
         * @param duration more than 0
         * @return this
         */
        public Builder deadline(Duration duration) {
            this.deadline = duration;
            return this;
        }

        /**
         * Sets how calls are retried while the server is unavailable. Default: {@link RetryPolicy#DEFAULT}.
         *
         * @param policy the policy
         * @return this
         */
        public Builder retry(RetryPolicy policy) {
            this.retry = policy;
            return this;
        }

        /**
         * Sets how long a watch tries to reconnect before it fails. Default: one minute.
         *
         * @param duration 0 or more
         * @return this
         */
        public Builder watchPatience(Duration duration) {
            this.watchPatience = duration;
            return this;
        }

        /**
         * Sets how long the connection may be silent during calls before it is tested by a ping. Default: 30 s.
         *
         * @param interval 10 s or more
         * @return this
         */
        public Builder keepAlive(Duration interval) {
            this.keepAlive = interval;
            return this;
        }

        /**
         * Sets the user agent that the client sends. Default: {@code gantry-java/VERSION}.
         *
         * @param agent a product and its version, such as {@code billing/1.2}
         * @return this
         */
        public Builder userAgent(String agent) {
            this.userAgent = agent;
            return this;
        }

        /**
         * Sets the token that each call carries. A program that finds its token in a file says {@link #tokenFile}
         * instead. Default: {@code $GANTRY_TOKEN}; else the file {@code $GANTRY_TOKEN_FILE}; else, for a loopback
         * address, the token that a server of this user, or of root, has left for the user's programs on this machine;
         * else none.
         *
         * @param secret the secret of the token
         * @return this
         * @throws IllegalArgumentException if a header can't carry it; the message does not repeat it
         */
        public Builder token(String secret) {
            this.token = Optional.of(TokenSource.of(secret));
            return this;
        }

        /**
         * Sets the file with the token that each call carries. It is read before the first call, and again when it has
         * changed. A call fails with a {@link GantryException} if the file can't be read.
         *
         * @param file a file with the secret of the token, and nothing else
         * @return this
         */
        public Builder tokenFile(Path file) {
            this.token = Optional.of(TokenSource.of(file));
            return this;
        }

        /**
         * Sets the environment variables that name a token and files of TLS if the builder has none. Default: those of this
         * process.
         *
         * @param variables the variables; without any, the client finds no token by itself but that of its home
         * @return this
         */
        public Builder environment(Map<String, String> variables) {
            this.environment = Map.copyOf(variables);
            return this;
        }

        /**
         * Sets where each call gets its token from, for tokens that are kept elsewhere or that come later than the client.
         *
         * @param secrets returns the secret for a call, quickly and for several threads; empty for a call without a token
         * @return this
         */
        public Builder tokens(Supplier<Optional<String>> secrets) {
            this.token = Optional.of(TokenSource.of(secrets));
            return this;
        }

        /**
         * Makes the client use TLS, whether or not the address says so. The files are read when the client is made: after
         * a certificate is renewed, make a new client. Default: the files of the environment variables GANTRY_CACERT,
         * GANTRY_CLIENT_CERT and GANTRY_CLIENT_KEY; for a loopback address, the authority that a server of this user has
         * left for the user's programs on this machine; else no TLS.
         *
         * @param options whom the client trusts, and its own certificate
         * @return this
         */
        public Builder tls(TlsOptions options) {
            this.tls = Optional.of(options);
            return this;
        }

        /**
         * Sets the library that carries the calls. Default: Netty, which suits long-running programs. A program that makes
         * one call and ends starts faster with {@code grpc-okhttp}.
         *
         * @param library makes each channel of the client
         * @return this
         */
        public Builder transport(Transport library) {
            this.transport = library;
            return this;
        }

        /**
         * Makes the client. It does not connect yet.
         *
         * @return the client, which the caller closes
         * @throws IllegalArgumentException if the address is invalid, if a file of {@link #tls} can't be used, or if a token
         *     would be sent in plain text beyond this machine
         */
        public GantryClient build() {
            ServerAddresses servers = ServerAddresses.parse(address);
            ServerAddress server = servers.first();
            Optional<TlsOptions> secure = tls.or(() -> TlsOptions.ofEnvironment(environment))
                    .or(() -> LocalCredentials.ofThisUser(environment)
                            .authority(server)
                            .map(TlsOptions.SYSTEM::authority))
                    .or(() -> servers.isSecure() ? Optional.of(TlsOptions.SYSTEM) : Optional.empty());
            ChannelCredentials credentials =
                    secure.map(TlsOptions::credentials).orElseGet(InsecureChannelCredentials::create);
            String name = (secure.isPresent() ? ServerAddress.SECURE : "") + servers;
            Optional<TokenSource> source = token.or(() -> TokenSource.discover(environment, servers));
            if (secure.isEmpty() && source.isPresent()) {
                servers.beyondThisMachine().ifPresent(Builder::refusePlainText);
            }
            // Connection retries calls. gRPC itself only retries calls that no server has seen.
            ManagedChannelBuilder<?> channel = transport
                    .channel(server.host(), server.port(), credentials)
                    .disableServiceConfigLookUp()
                    .userAgent(userAgent)
                    .maxInboundMessageSize(LARGEST_MESSAGE)
                    .keepAliveTime(keepAlive.toMillis(), TimeUnit.MILLISECONDS)
                    .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            Optional<AtomicInteger> turn =
                    servers.all().size() > 1 ? Optional.of(new AtomicInteger()) : Optional.empty();
            turn.ifPresent(count -> resolve(channel, servers, count));
            source.ifPresent(known -> channel.intercept(known.interceptor()));
            ReconnectPolicy resumption = new ReconnectPolicy(retry, watchPatience, new SteadyClock(), new Random());
            return new GantryClient(new Connection(new ChannelPool(channel::build, turn), name, deadline, resumption));
        }

        /**
         * Lets a channel use several addresses. gRPC's successor of this method registers resolvers for all channels of the
         * process.
         */
        @SuppressWarnings("deprecation")
        private static void resolve(ManagedChannelBuilder<?> channel, ServerAddresses servers, AtomicInteger turn) {
            channel.nameResolverFactory(ServerResolver.factory(servers, turn::get));
        }

        /** Refuses to send a token where others could read it on its way. */
        private static void refusePlainText(ServerAddress server) {
            throw new IllegalArgumentException(
                    ("The token is not sent to %s in plain text: say %s%s, and name the server's CA with --ca-file FILE"
                                    + " or GANTRY_CACERT; or call the server by a loopback address")
                            .formatted(server, ServerAddress.SECURE, server));
        }

        private static ManagedChannelBuilder<?> netty(String host, int port, ChannelCredentials credentials) {
            if (NETTY_METRICS.getLevel() == null) {
                NETTY_METRICS.setLevel(Level.WARNING);
            }
            return NettyChannelBuilder.forAddress(host, port, credentials);
        }

        private static String version() {
            return Optional.ofNullable(GantryClient.class.getPackage().getImplementationVersion())
                    .orElse("dev");
        }
    }
}
