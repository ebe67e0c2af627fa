package dev.gantry.bench;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.Attributes;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder.LocalSocketPicker;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Many simulated nodes, over a few connections to one server or over one for each node. */
final class HollowFleet implements AutoCloseable {

    private static final int DATACENTERS = 2;
    private static final int LARGEST_MESSAGE = 16 << 20;

    /** How many nodes connect at a time: the server's queue of new connections is short. */
    private static final int MOST_CONNECTING = 100;

    /** More than any fleet has. */
    private static final int MOST_NODES = 1_000_000;

    /** A server takes a few thousand connections of one address. */
    private static final int CONNECTIONS_PER_ADDRESS = 1000;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<HollowNode> nodes = new ArrayList<>();
    private final ScheduledExecutorService heartbeats = Executors.newSingleThreadScheduledExecutor();
    private final ServerProcess server;
    private final int nodesPerConnection;
    private final FleetListener listener;
    private final int firstIndex;
    private final Semaphore connecting = new Semaphore(MOST_CONNECTING);

    // Guarded by this.
    private Optional<ScheduledFuture<?>> beats = Optional.empty();

    /**
     * Makes a fleet without nodes.
     *
     * @param server the server
     * @param nodesPerConnection how many nodes share a connection; those with certificates share none
     * @param listener receives the nodes' events
     */
    HollowFleet(ServerProcess server, int nodesPerConnection, FleetListener listener) {
        this(server, nodesPerConnection, listener, 0);
    }

    /** Makes a fleet beside another one, whose nodes have smaller numbers. */
    HollowFleet(ServerProcess server, int nodesPerConnection, FleetListener listener, int firstIndex) {
        this.server = server;
        this.firstIndex = firstIndex;
        this.nodesPerConnection = server.callers().areNodesCertified() ? 1 : nodesPerConnection;
        this.listener = new Connecting(listener);
    }

    /**
     * Makes nodes, with their certificates, and connects none yet. Every tenth node reports an rkt that is too old for a job
     * that requires more than 1.2.
     */
    HollowFleet prepare(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            HollowNode node = new HollowNode(node(firstIndex + i), listener);
            if (i % nodesPerConnection == 0) {
                channels.add(channel(node.name()));
            }
            nodes.add(node);
        }
        return this;
    }

    /** Connects the nodes. Returns before the last ones are registered. */
    void connect() throws InterruptedException, IOException {
        for (int i = 0; i < nodes.size(); i++) {
            HollowNode node = nodes.get(i);
            Metadata headers = server.callers().nodeHeaders(node.id(), node.secret());
            connecting.acquire();
            node.connect(NodeSessionServiceGrpc.newStub(channels.get(i / nodesPerConnection))
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)));
        }
    }

    private ManagedChannel channel(String nodeName) throws IOException {
        InetAddress from = InetAddress.getByAddress(
                new byte[] {127, 0, 1, (byte) (1 + channels.size() / CONNECTIONS_PER_ADDRESS)});
        return NettyChannelBuilder.forTarget(server.address(), server.callers().nodeChannel(nodeName))
                .localSocketPicker(new LocalSocketPicker() {
                    @Override
                    public SocketAddress createSocketAddress(SocketAddress remote, Attributes attributes) {
                        return new InetSocketAddress(from, 0);
                    }
                })
                // Nothing here waits, so that the event loops need no help.
                .directExecutor()
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .build();
    }

    /** Lets the next node connect once one is registered; after a failure, all of them. */
    private final class Connecting implements FleetListener {

        private final FleetListener outer;

        Connecting(FleetListener outer) {
            this.outer = outer;
        }

        @Override
        public void registered(Duration heartbeatInterval) {
            connecting.release();
            beatUnlessBeating(heartbeatInterval);
            outer.registered(heartbeatInterval);
        }

        @Override
        public void placed(Allocation allocation) {
            outer.placed(allocation);
        }

        @Override
        public void running(String jobId) {
            outer.running(jobId);
        }

        @Override
        public void lost(String nodeName, Throwable failure) {
            if (connecting.availablePermits() < MOST_NODES) {
                connecting.release(MOST_NODES);
            }
            outer.lost(nodeName, failure);
        }
    }

    /** Sends heartbeats of all nodes in this interval, and no longer in an earlier one. */
    synchronized void beatEvery(Duration interval) {
        beats.ifPresent(earlier -> earlier.cancel(false));
        // A fleet that falls silent is lost, which ends the measurement.
        beats = Optional.of(heartbeats.scheduleAtFixedRate(
                () -> nodes.forEach(HollowNode::heartbeat),
                interval.toMillis(),
                interval.toMillis(),
                TimeUnit.MILLISECONDS));
    }

    /** The first nodes must not be silent while the last ones connect. */
    private synchronized void beatUnlessBeating(Duration interval) {
        if (beats.isEmpty()) {
            beatEvery(interval);
        }
    }

    @Override
    public void close() {
        heartbeats.shutdownNow();
        channels.forEach(ManagedChannel::shutdownNow);
    }

    /** Returns the name of a node. */
    static String name(int index) {
        return "hollow-%05d".formatted(index);
    }

    private static Node node(int index) {
        String version = index % 10 == 9 ? "1.1.0" : "1.30.0";
        return Node.newBuilder()
                .setId(UUID.randomUUID().toString())
                .setName(name(index))
                .setDatacenter("dc" + (1 + index % DATACENTERS))
                .setNodeClass(index % 4 == 0 ? "large" : "small")
                .putAttributes("kernel.name", "linux")
                .putAttributes("cpu.arch", "amd64")
                .putAttributes("unique.hostname", name(index))
                .putAttributes("driver.rkt", "1")
                .putAttributes("driver.rkt.version", version)
                .putDrivers("rkt", DriverHealth.newBuilder().setHealthy(true).build())
                .setResources(NodeResources.newBuilder()
                        .setCpu(64_000)
                        .setMemoryMib(262_144)
                        .setDiskMib(1_000_000)
                        .setIp("127.0.0.1")
                        .setMinDynamicPort(20_000)
                        .setMaxDynamicPort(32_000))
                .build();
    }
}
