package dev.gantry.scheduler;

import dev.gantry.model.AllocationLife;
import dev.gantry.v1.Allocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The cluster as it would be with what is planned for one job so far. Leaves the {@link ClusterState} as it is.
 *
 * <p>There are two ways to look at what shall be stopped but still runs. {@link Outlook#NOW}: it holds what it holds. The
 * database thinks so too: a port is free only once its allocation has ended. {@link Outlook#ONCE_STOPPED}: it has ended.
 * Either way it does not count as one of the job's allocations that keep others away.
 */
final class Proposal {

    /** How what shall be stopped is looked at. */
    enum Outlook {
        NOW,
        ONCE_STOPPED
    }

    private final ClusterState cluster;
    private final Outlook outlook;
    /** By what is known of the same node. */
    private final IdentityHashMap<NodeRoom, NodeRoom> changed = new IdentityHashMap<>();

    private final Map<String, List<Allocation>> wanted = new HashMap<>();
    /** Those that count all groups, which therefore share them. */
    private final Map<Interpolation, Tally> counts = new HashMap<>();
    /** Those that count one group. */
    private final Map<String, List<OccupantCount>> countsByGroup = new HashMap<>();

    private final List<Consumer<NodeRoom>> listeners = new ArrayList<>();

    Proposal(ClusterState cluster, String jobId, Outlook outlook) {
        this.cluster = cluster;
        this.outlook = outlook;
        for (Allocation one : cluster.allocationsOf(jobId)) {
            if (AllocationLife.isWanted(one)) {
                wanted.computeIfAbsent(one.getTaskGroup(), unseen -> new ArrayList<>())
                        .add(one);
            }
        }
    }

    /** A count of the job's allocations that is kept up with what is planned from now on; nothing must be planned yet. */
    Tally tally(Interpolation property, Optional<String> taskGroup) {
        return taskGroup
                .map(group -> keepUp(new Tally(cluster.memory().property(property)), group))
                .orElseGet(() -> counts.computeIfAbsent(property, this::ofAllGroups));
    }

    /** The same of a group's allocations, by node. */
    NodeTally tallyByNode(String taskGroup) {
        return keepUp(new NodeTally(), taskGroup);
    }

    /** Has a listener told of each node that may have got room for what it had none for. */
    void onRoom(Consumer<NodeRoom> listener) {
        listeners.add(listener);
    }

    /** The room of a node; not to be changed. */
    NodeRoom room(NodeRoom known) {
        NodeRoom found = changed.get(known);
        if (found != null) {
            return found;
        }
        if (outlook == Outlook.NOW || known.stopping().isEmpty()) {
            return known;
        }
        return change(known);
    }

    /** Plans an allocation, that holds something under a name of its own, under which nothing is held. */
    void place(String name, String taskGroup, NodeRoom known, Holding holding) {
        add(new Occupant(taskGroup, known));
        change(known).add(name, holding);
    }

    /** Takes back what was planned under a name. */
    void withdraw(String name, String taskGroup, NodeRoom known) {
        remove(new Occupant(taskGroup, known));
        change(known).release(name);
        tellOfRoom(known);
    }

    /** Plans to stop an allocation. */
    void stop(Allocation allocation) {
        remove(occupant(allocation));
        if (outlook == Outlook.ONCE_STOPPED) {
            change(cluster.room(allocation.getNodeId())).release(allocation.getId());
        }
        tellOfRoom(cluster.room(allocation.getNodeId()));
    }

    /** Plans to stop an allocation of another job, that is not stopped yet. */
    void evict(Allocation allocation) {
        if (outlook == Outlook.ONCE_STOPPED) {
            change(cluster.room(allocation.getNodeId())).release(allocation.getId());
        }
        tellOfRoom(cluster.room(allocation.getNodeId()));
    }

    /** Plans after all not to stop an allocation. */
    void keep(Allocation allocation) {
        add(occupant(allocation));
        if (outlook == Outlook.ONCE_STOPPED) {
            NodeRoom known = cluster.room(allocation.getNodeId());
            change(known).hold(allocation.getId(), known.holding(allocation.getId()));
        }
    }

    private NodeRoom change(NodeRoom known) {
        return changed.computeIfAbsent(known, this::copy);
    }

    private NodeRoom copy(NodeRoom known) {
        NodeRoom copy = known.copy();
        if (outlook == Outlook.ONCE_STOPPED) {
            known.stopping().forEach(copy::release);
        }
        return copy;
    }

    private void tellOfRoom(NodeRoom known) {
        listeners.forEach(listener -> listener.accept(known));
    }

    private Tally ofAllGroups(Interpolation property) {
        Tally count = new Tally(cluster.memory().property(property));
        wanted.values().forEach(ofGroup -> ofGroup.forEach(allocation -> count.add(occupant(allocation))));
        return count;
    }

    private <T extends OccupantCount> T keepUp(T count, String taskGroup) {
        wanted.getOrDefault(taskGroup, List.of()).forEach(allocation -> count.add(occupant(allocation)));
        countsByGroup.computeIfAbsent(taskGroup, unseen -> new ArrayList<>()).add(count);
        return count;
    }

    private void add(Occupant occupant) {
        counts.values().forEach(count -> count.add(occupant));
        countsByGroup.getOrDefault(occupant.taskGroup(), List.of()).forEach(count -> count.add(occupant));
    }

    private void remove(Occupant occupant) {
        counts.values().forEach(count -> count.remove(occupant));
        countsByGroup.getOrDefault(occupant.taskGroup(), List.of()).forEach(count -> count.remove(occupant));
    }

    private Occupant occupant(Allocation allocation) {
        return new Occupant(allocation.getTaskGroup(), cluster.room(allocation.getNodeId()));
    }
}
