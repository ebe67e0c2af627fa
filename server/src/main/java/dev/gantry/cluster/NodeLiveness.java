package dev.gantry.cluster;

import dev.gantry.v1.Node;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows when each ready node was last heard of, and gives up those that have been silent for longer than the time to
 * live.
 *
 * <p>Silence is counted only while this server could hear. A check that comes late says that the process was stopped, or its
 * machine was; what the nodes said meanwhile waits to be read. So a late check counts like one in time, and after a long
 * pause each node has its whole time to live again, as after a start. The same holds while the store is broken, since no
 * node can register then.
 */
public final class NodeLiveness {

    private static final Logger LOG = LoggerFactory.getLogger(NodeLiveness.class);

    /** The most that is counted of the time between two checks, which are a second apart. */
    private static final Duration MOST_PER_CHECK = Duration.ofSeconds(2);

    /** So many nodes are given up by one write, which others wait for: each may have hundreds of allocations. */
    private static final int BATCH = 50;

    private static final int NAMED = 5;

    private final HeartbeatPace pace;
    private final NodeRegistry registry;
    private final InstantSource clock;
    private final BooleanSupplier canHear;

    /** When each node was last heard of, as {@link #listened} was then. */
    private final Map<String, Duration> lastHeard = new ConcurrentHashMap<>();

    private final AtomicBoolean isGivingUp = new AtomicBoolean();

    /** For how long this server has listened. Moved on by the thread that checks. */
    private volatile Duration listened = Duration.ZERO;

    // Owned by the thread that checks.
    private Instant lastCheck;
    private boolean wasDeaf;

    /**
     * Begins to listen for nodes.
     *
     * @param timeToLive how long a node may be silent; longer in a large cluster, so that there are no more than fifty
     *     heartbeats a second
     * @param registry where a node is given up
     * @param random spreads the nodes' heartbeats; used by several threads at a time
     * @param clock measures time; one that never jumps
     * @param canHear whether nodes can register and say that they are alive
     */
    public NodeLiveness(
            Duration timeToLive,
            NodeRegistry registry,
            RandomGenerator random,
            InstantSource clock,
            BooleanSupplier canHear) {
        this.pace = new HeartbeatPace(timeToLive, random);
        this.registry = registry;
        this.clock = clock;
        this.canHear = canHear;
        this.lastCheck = clock.instant();
    }

    /**
     * Says that a node is alive, or gives it a whole time to live to show that it is.
     *
     * @param nodeId the node
     */
    public void heard(String nodeId) {
        lastHeard.put(nodeId, listened);
    }

    /** How often a node shall say that it is alive, as many as there are now. */
    Duration heartbeatInterval() {
        return pace.interval(lastHeard.size());
    }

    /** Gives up the nodes that have been silent for too long. Called about once a second, by one thread. */
    public void check() {
        listen();
        if (!isGivingUp.getAndSet(true)) {
            giveUp();
        }
    }

    private void listen() {
        Instant now = clock.instant();
        Duration passed = Duration.between(lastCheck, now);
        lastCheck = now;
        if (!canHear.getAsBoolean()) {
            wasDeaf = true;
            return;
        }
        listened = listened.plus(passed.compareTo(MOST_PER_CHECK) > 0 ? MOST_PER_CHECK : passed);
        boolean wasPaused = passed.compareTo(timeToLive().dividedBy(2)) > 0 && passed.compareTo(MOST_PER_CHECK) > 0;
        if (wasPaused) {
            LOG.warn(
                    "This server was paused for {} s; no silence of nodes is counted for that time",
                    passed.toSeconds());
        }
        if (wasPaused || wasDeaf) {
            lastHeard.replaceAll((nodeId, heard) -> listened);
        }
        wasDeaf = false;
    }

    /** One batch after the other, so that nodes that fall silent together leave room in the queue of writes. */
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
        return listened.minus(heard).compareTo(timeToLive()) > 0;
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
