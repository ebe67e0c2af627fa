package dev.gantry.bench;

import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Many simulated nodes, over a few connections to one server. */
final class HollowFleet implements AutoCloseable {

    private static final int NODES_PER_CONNECTION = 500;
    private static final int DATACENTERS = 2;
    private static final int LARGEST_MESSAGE = 16 << 20;

    private final List<ManagedChannel> channels;
    private final List<HollowNode> nodes;
    private final ScheduledExecutorService heartbeats = Executors.newSingleThreadScheduledExecutor();

    private HollowFleet(List<ManagedChannel> channels, List<HollowNode> nodes) {
        this.channels = channels;
        this.nodes = nodes;
    }

    /**
     * Connects nodes. Every tenth node reports an rkt that is too old for a job that requires more than 1.2.
     *
     * @param address of the server
     * @param count how many
     * @param listener receives the nodes' events
     */
    static HollowFleet connect(String address, int count, FleetListener listener) {
        int connections = (count + NODES_PER_CONNECTION - 1) / NODES_PER_CONNECTION;
        List<ManagedChannel> channels = IntStream.range(0, connections)
                .<ManagedChannel>mapToObj(i -> NettyChannelBuilder.forTarget(address)
                        .usePlaintext()
                        // Nothing here waits, so that the event loops need no help.
                        .directExecutor()
                        .maxInboundMessageSize(LARGEST_MESSAGE)
                        .build())
                .toList();
        List<HollowNode> nodes = IntStream.range(0, count)
                .mapToObj(i -> new HollowNode(node(i), listener))
                .toList();
        for (int i = 0; i < count; i++) {
            nodes.get(i).connect(NodeSessionServiceGrpc.newStub(channels.get(i / NODES_PER_CONNECTION)));
        }
        return new HollowFleet(channels, nodes);
    }

    /** Starts to send heartbeats of all nodes in this interval. */
    @SuppressWarnings("FutureReturnValueIgnored") // a fleet that falls silent is lost, which ends the measurement
    void beatEvery(Duration interval) {
        heartbeats.scheduleAtFixedRate(
                () -> nodes.forEach(HollowNode::heartbeat),
                interval.toMillis(),
                interval.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        heartbeats.shutdownNow();
        channels.forEach(ManagedChannel::shutdownNow);
    }

    private static Node node(int index) {
        String version = index % 10 == 9 ? "1.1.0" : "1.30.0";
        return Node.newBuilder()
                .setId(UUID.randomUUID().toString())
                .setName("hollow-%05d".formatted(index))
                .setDatacenter("dc" + (1 + index % DATACENTERS))
                .setNodeClass(index % 4 == 0 ? "large" : "small")
                .putAttributes("kernel.name", "linux")
                .putAttributes("cpu.arch", "amd64")
                .putAttributes("unique.hostname", "hollow-%05d".formatted(index))
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
