package dev.gantry.cluster;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows when each ready node was last heard of, and gives up those that have been silent for longer than the time to
 * live.
 */
public final class NodeLiveness {

    private static final Logger LOG = LoggerFactory.getLogger(NodeLiveness.class);

    private final HeartbeatPace pace;
    private final NodeRegistry registry;
    private final InstantSource clock;
    private final Map<String, Instant> lastHeard = new ConcurrentHashMap<>();

    /**
     * Begins to listen for nodes.
     *
     * @param timeToLive how long a node may be silent; longer in a large cluster, so that there are no more than fifty
     *     heartbeats a second
     * @param registry where a node is given up
     * @param random spreads the nodes' heartbeats; used by several threads at a time
     * @param clock tells the time; one that never jumps, or all nodes are lost when the time is set
     */
    public NodeLiveness(Duration timeToLive, NodeRegistry registry, RandomGenerator random, InstantSource clock) {
        this.pace = new HeartbeatPace(timeToLive, random);
        this.registry = registry;
        this.clock = clock;
    }

    /**
     * Says that a node is alive, or gives it a whole time to live to show that it is.
     *
     * @param nodeId the node
     */
    public void heard(String nodeId) {
        lastHeard.put(nodeId, clock.instant());
    }

    /** How often a node shall say that it is alive, as many as there are now. */
    Duration heartbeatInterval() {
        return pace.interval(lastHeard.size());
    }

    /** Gives up the nodes that have been silent for too long. Called about once a second. */
    public void check() {
        silentNodes().forEach(this::giveUp);
    }

    private List<String> silentNodes() {
        return lastHeard.entrySet().stream()
                .filter(node -> isSilentSince(node.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private boolean isSilentSince(Instant heard) {
        return clock.instant().isAfter(heard.plus(timeToLive()));
    }

    private Duration timeToLive() {
        return pace.timeToLive(lastHeard.size());
    }

    private boolean isSilent(String nodeId) {
        Instant heard = lastHeard.get(nodeId);
        return heard != null && isSilentSince(heard);
    }

    private void giveUp(String nodeId) {
        registry.markDown(nodeId, () -> isSilent(nodeId))
                .thenAccept(isDown -> forget(nodeId, isDown))
                .exceptionally(failure -> {
                    FailureLog.tell(
                            LOG, "Can't store that node %s is down; it is tried again".formatted(nodeId), failure);
                    return null;
                });
    }

    private void forget(String nodeId, boolean isDown) {
        lastHeard.computeIfPresent(nodeId, (id, heard) -> isSilentSince(heard) ? null : heard);
        if (isDown) {
            LOG.warn(
                    "Node {} is down: not heard of for {} s",
                    nodeId,
                    timeToLive().toSeconds());
        }
    }
}
