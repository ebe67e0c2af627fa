package dev.gantry.node;

import dev.gantry.node.state.ClusterMembership;
import dev.gantry.v1.Identity;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether the node accepts the server of the current session. Logs a refusal once for each cluster. Owned by
 * the owner thread.
 */
final class ServerAcceptance {

    private static final Logger LOG = LoggerFactory.getLogger(ServerAcceptance.class);

    private final ClusterMembership cluster;
    private final String nodeName;

    /** The identity of this session's server. */
    private Identity server = Identity.getDefaultInstance();

    /** The reason why the node refuses this session's server; empty if it accepts the server. */
    private Optional<String> refusal = Optional.empty();

    /** The id of the cluster whose refusal was logged last; empty if there is none. */
    private String loggedRefusal = "";

    ServerAcceptance(ClusterMembership cluster, String nodeName) {
        this.cluster = cluster;
        this.nodeName = nodeName;
    }

    /** Decides about the server of a new session. The caller writes the cluster to disk. */
    void judge(Identity identity) {
        server = identity;
        refusal = cluster.judge(identity).map(this::explain);
    }

    /** Returns the reason why the node refuses this session's server; empty if it accepts the server. */
    Optional<String> refusal() {
        return refusal;
    }

    /** Logs a refusal, unless the refusal of the same cluster was logged last. */
    void log() {
        if (refusal.isEmpty()) {
            loggedRefusal = "";
        } else if (!loggedRefusal.equals(server.getClusterId())) {
            loggedRefusal = server.getClusterId();
            LOG.error("{}", refusal.get());
        }
    }

    /**
     * Makes the node a member of the server's cluster, as an operator has commanded. The next session decides about the
     * server again. The caller writes the cluster to disk.
     */
    void rejoin() {
        LOG.warn(
                "An operator has told this node to accept the server of cluster {} at index {}; allocations that this"
                        + " server does not know are stopped",
                server.getClusterId(),
                server.getIndex());
        cluster.accept(server);
    }

    private String explain(String fault) {
        return ("The node does not accept this server: %s. Its tasks keep running, and it starts and stops nothing. Start"
                        + " the server with the right data; or, to give up the allocations that the server does not"
                        + " know: gantry node rejoin %s")
                .formatted(fault, nodeName);
    }
}
