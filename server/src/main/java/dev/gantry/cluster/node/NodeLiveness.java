package dev.gantry.cluster.node;

import dev.gantry.cluster.FailureLog;
import dev.gantry.v1.Node;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records when each ready node was last heard from, and marks nodes as down that are silent for longer than the time to
 * live.
 *
 * <p>Silence is measured by the {@link Pulse}, so only while this server could hear. After a pause each node has its
 * full time to live again.
 */
public final class NodeLiveness {

    private static final Logger LOG = LoggerFactory.getLogger(NodeLiveness.class);

    /**
     * The most nodes that one write marks down. Other writes wait for it, and each node may have hundreds of
     * allocations.
     */
    private static final int BATCH = 50;

    // How many nodes a log line names.
    private static final int NAMED = 5;

    private final HeartbeatPace pace;
    private final NodeRegistry registry;
    private final Pulse pulse;

    /** When each node was last heard from, by the pulse. */
    private final Map<String, Duration> lastHeard = new ConcurrentHashMap<>();

    private final AtomicBoolean isGivingUp = new AtomicBoolean();

    /**
     * Creates a record without nodes.
     *
     * @param timeToLive how long a node may be silent; longer in a large cluster, so that there are at most five
     *     hundred heartbeats a second
     * @param registry marks nodes as down
     * @param random spreads the nodes' heartbeats; used by several threads at a time
     * @param pulse measures silence
     */
    public NodeLiveness(Duration timeToLive, NodeRegistry registry, RandomGenerator random, Pulse pulse) {
        this.pace = new HeartbeatPace(timeToLive, random);
        this.registry = registry;
        this.pulse = pulse;
    }

    /**
     * Records that a node is alive, or gives a node its full time to live.
     *
     * @param nodeId the node
     */
    public void heard(String nodeId) {
        lastHeard.put(nodeId, pulse.now());
    }

    /** Returns how often a node is to send a heartbeat in a cluster of the present size. */
    Duration heartbeatInterval() {
        return pace.interval(lastHeard.size());
    }

    /** Marks the nodes as down that have been silent for too long. Called about once a second by one thread. */
    public void check() {
        if (!isGivingUp.getAndSet(true)) {
            giveUp();
        }
    }

    /** Marks nodes as down in batches, one after the other, so that other writes get their turn between them. */
    private void giveUp() {
        List<String> silent =
                lastHeard.keySet().stream().filter(this::isSilent).limit(BATCH).toList();
        if (silent.isEmpty()) {
            isGivingUp.set(false);
            return;
        }
        var unused = registry.markDown(silent, this::isSilent).whenComplete((down, failure) -> {
            if (failure == null) {
                forget(silent, down);
                giveUp();
            } else {
                isGivingUp.set(false);
                FailureLog.tell(
                        LOG,
                        "Can't store that %s are down; it is tried again in a second".formatted(named(silent)),
                        failure);
            }
        });
    }

    private Duration timeToLive() {
        return pace.timeToLive(lastHeard.size());
    }

    private boolean isSilent(String nodeId) {
        Duration heard = lastHeard.get(nodeId);
        return heard != null && isSilentSince(heard);
    }

    private boolean isSilentSince(Duration heard) {
        Duration resumed = pulse.resumedAt();
        Duration since = heard.compareTo(resumed) > 0 ? heard : resumed;
        return pulse.listened().minus(since).compareTo(timeToLive()) > 0;
    }

    private void forget(List<String> silent, List<Node> down) {
        silent.forEach(
                nodeId -> lastHeard.computeIfPresent(nodeId, (id, heard) -> isSilentSince(heard) ? null : heard));
        if (!down.isEmpty()) {
            LOG.warn(
                    "Down: {}; not heard of for {} s",
                    named(down.stream().map(Node::getId).toList()),
                    timeToLive().toSeconds());
        }
    }

    private static String named(List<String> nodeIds) {
        String first = String.join(", ", nodeIds.subList(0, Math.min(nodeIds.size(), NAMED)));
        return nodeIds.size() <= NAMED
                ? "nodes " + first
                : "nodes %s and %d others".formatted(first, nodeIds.size() - NAMED);
    }
}
