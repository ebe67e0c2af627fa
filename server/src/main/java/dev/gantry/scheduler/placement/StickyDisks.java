package dev.gantry.scheduler.placement;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.model.EphemeralDisks;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.reconcile.PlacementRequest;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the allocation whose data a new allocation takes over, if the group's {@code ephemeral_disk} is sticky: the one that
 * it replaces or succeeds, else the last one of its index that has no successor. The latter was stopped before there was
 * space for the new one.
 */
final class StickyDisks {

    private final ClusterState cluster;
    private final Demand demand;
    /** The allocations that the plan stops before there is space for their successors. */
    private final Map<String, Allocation> stopped = new HashMap<>();

    private Optional<Map<String, Allocation>> last = Optional.empty();

    StickyDisks(ClusterState cluster, Demand demand) {
        this.cluster = cluster;
        this.demand = demand;
    }

    boolean isSticky() {
        return EphemeralDisks.areSticky(demand.group());
    }

    /** Returns true if the data of an allocation is copied to another node. That of a lost one can't be had, or still changes. */
    boolean canMigrate(Allocation before) {
        return demand.group().getEphemeralDisk().getMigrate()
                && before.getClientStatus() != ClientStatus.CLIENT_STATUS_LOST;
    }

    /** Returns the allocation that has the data. A canary gets none: the allocation of its index goes on. */
    Optional<Allocation> before(PlacementRequest request) {
        if (!isSticky() || request.canary()) {
            return Optional.empty();
        }
        return request.replaced()
                .map(Stop::allocation)
                .or(request::previous)
                .or(() -> Optional.ofNullable(stopped.get(key(request))))
                .or(() -> Optional.ofNullable(last().get(key(request))));
    }

    /** Remembers an allocation that the plan stops before its successor is placed. */
    void stop(PlacementRequest request, Allocation replaced) {
        stopped.put(key(request), replaced);
    }

    /**
     * Returns the node that the new allocation has to wait for: the allocation that has the data is to stop, and holds
     * resources until then. On another node the new one would begin without the data. Empty if it need not wait.
     */
    Optional<String> onlyNode(PlacementRequest request) {
        return before(request)
                .filter(one -> request.previous().isEmpty() && !AllocationStatuses.isTerminal(one))
                .map(Allocation::getNodeId);
    }

    private Map<String, Allocation> last() {
        if (last.isEmpty()) {
            Map<String, Allocation> found = new HashMap<>();
            cluster.allocationsOf(demand.job().getId()).stream()
                    .filter(one -> one.getTaskGroup().equals(demand.group().getName()))
                    .filter(one -> ClusterState.hasDataToTakeOver(one) && !AllocationStatuses.isWanted(one))
                    .forEach(one -> {
                        keep(found, key(one.getIndex(), ""), one);
                        keep(found, key(one.getIndex(), one.getNodeId()), one);
                    });
            last = Optional.of(found);
        }
        return last.get();
    }

    private static void keep(Map<String, Allocation> found, String key, Allocation one) {
        found.merge(key, one, (known, other) -> other.getCreateIndex() >= known.getCreateIndex() ? other : known);
    }

    private static String key(PlacementRequest request) {
        return key(request.index(), request.onNode().orElse(""));
    }

    private static String key(int index, String node) {
        return index + "@" + node;
    }
}
