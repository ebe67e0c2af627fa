package dev.gantry.client;

import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A connection to a Gantry server.
 *
 * <pre>{@code
 * try (GantryClient gantry = GantryClient.connect("127.0.0.1:7470")) {
 *     gantry.jobs().submit(job);
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads; make one and keep it. It connects on the first call, again whenever the connection was
 * lost, and once more for each thousand watches that are open at a time. Calls block; a thread that is interrupted while it waits gets a {@link GantryException} and keeps its
 * interrupt flag. A deadline of the current {@link io.grpc.Context} is kept too, if it is nearer.
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

    private GantryClient(Connection connection) {
        this.connection = connection;
        this.jobs = new JobClient(connection, new RequestIds(InstantSource.system()));
        this.allocations = new AllocationClient(connection);
        this.nodes = new NodeClient(connection);
        this.services = new ServiceClient(connection);
    }

    /**
     * A client with default settings.
     *
     * @param address where the server listens: HOST:PORT, or HOST for port 7470
     * @return the client
     * @throws IllegalArgumentException if that is no address
     */
    public static GantryClient connect(String address) {
        return builder().address(address).build();
    }

    /**
     * A client with settings of one's own.
     *
     * @return a builder with the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Jobs: submit, plan, look, promote, dispatch, stop.
     *
     * @return calls that concern jobs
     */
    public JobClient jobs() {
        return jobs;
    }

    /**
     * Allocations: look, read logs, stop.
     *
     * @return calls that concern allocations
     */
    public AllocationClient allocations() {
        return allocations;
    }

    /**
     * Services: where they are.
     *
     * @return calls that concern services
     */
    public ServiceClient services() {
        return services;
    }

    /**
     * Nodes: look, drain.
     *
     * @return calls that concern nodes
     */
    public NodeClient nodes() {
        return nodes;
    }

    /**
     * How the cluster is.
     *
     * @return the server's version, and counts
     * @throws GantryException if the server can't be asked
     */
    public GetStatusResponse status() {
        return connection.call(connection.cluster(), stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()));
    }

    /** Ends all calls and watches that are under way, and disconnects. Closing again does nothing. */
    @Override
    public void close() {
        ManagedChannel channel = connection.channel().shutdownNow();
        try {
            channel.awaitTermination(CLOSE_GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Settings of a client. Not safe for use by many threads. */
    public static final class Builder {

        /** Lists may hold a page of jobs of 1 MiB each. */
        private static final int LARGEST_MESSAGE = 128 * 1024 * 1024;

        private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(10);

        private String address = DEFAULT_ADDRESS;
        private Duration deadline = Duration.ofSeconds(30);
        private Duration keepAlive = Duration.ofSeconds(30);
        private Duration watchPatience = Duration.ofMinutes(1);
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private String userAgent = "gantry-java/" + version();

        private Builder() {}

        /**
         * Where the server listens. Default: {@value GantryClient#DEFAULT_ADDRESS}.
         *
         * @param hostAndPort HOST:PORT, or HOST for port 7470
         * @return this
         */
        public Builder address(String hostAndPort) {
            this.address = hostAndPort;
            return this;
        }

        /**
         * How long a call may take, all its attempts together; streams may take as long as they want. Default: 30 s.
         *
         * @param duration more than 0
         * @return this
         */
        public Builder deadline(Duration duration) {
            this.deadline = duration;
            return this;
        }

        /**
         * How calls are tried again while the server is unavailable. Default: {@link RetryPolicy#DEFAULT}.
         *
         * @param policy the policy
         * @return this
         */
        public Builder retry(RetryPolicy policy) {
            this.retry = policy;
            return this;
        }

        /**
         * How long a watch tries to reach the server again before it fails. Default: one minute.
         *
         * @param duration 0 or more
         * @return this
         */
        public Builder watchPatience(Duration duration) {
            this.watchPatience = duration;
            return this;
        }

        /**
         * After how long a silence the connection is tested while calls are under way. Default: 30 s.
         *
         * @param interval 10 s or more
         * @return this
         */
        public Builder keepAlive(Duration interval) {
            this.keepAlive = interval;
            return this;
        }

        /**
         * By which name the program is seen in the server's logs. Default: {@code gantry-java/VERSION}.
         *
         * @param agent a product and its version, such as {@code billing/1.2}
         * @return this
         */
        public Builder userAgent(String agent) {
            this.userAgent = agent;
            return this;
        }

        /**
         * The client. Does not connect yet.
         *
         * @return a client to be closed
         * @throws IllegalArgumentException if the address is none
         */
        public GantryClient build() {
            ServerAddress server = ServerAddress.parse(address);
            // Calls are made again by Connection alone. gRPC makes one again by itself if no server has seen it.
            NettyChannelBuilder channel = NettyChannelBuilder.forAddress(server.host(), server.port())
                    .usePlaintext()
                    .disableServiceConfigLookUp()
                    .userAgent(userAgent)
                    .maxInboundMessageSize(LARGEST_MESSAGE)
                    .keepAliveTime(keepAlive.toMillis(), TimeUnit.MILLISECONDS)
                    .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            ReconnectPolicy resumption = new ReconnectPolicy(retry, watchPatience, new SteadyClock(), new Random());
            return new GantryClient(
                    new Connection(new ChannelPool(channel::build), server.toString(), deadline, resumption));
        }

        private static String version() {
            return Optional.ofNullable(GantryClient.class.getPackage().getImplementationVersion())
                    .orElse("dev");
        }
    }
}
