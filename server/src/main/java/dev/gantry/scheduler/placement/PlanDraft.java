package dev.gantry.scheduler.placement;

import dev.gantry.model.AllocationLife;
import dev.gantry.scheduler.constraint.NodeInterpolation;
import dev.gantry.scheduler.state.AllocatedResources;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.NodeUsage;
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
final class PlanDraft {

    /** How what shall be stopped is looked at. */
    enum Outlook {
        NOW,
        ONCE_STOPPED
    }

    private final ClusterState cluster;
    private final Outlook outlook;
    /** By what is known of the same node. */
    private final IdentityHashMap<NodeUsage, NodeUsage> changed = new IdentityHashMap<>();

    private final Map<String, List<Allocation>> wanted = new HashMap<>();
    /** Those that count all groups, which therefore share them. */
    private final Map<NodeInterpolation, AllocationCount.ByProperty> counts = new HashMap<>();
    /** Those that count one group. */
    private final Map<String, List<AllocationCount>> countsByGroup = new HashMap<>();

    private final List<Consumer<NodeUsage>> listeners = new ArrayList<>();

    PlanDraft(ClusterState cluster, String jobId, Outlook outlook) {
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
    AllocationCount.ByProperty countByProperty(NodeInterpolation property, Optional<String> taskGroup) {
        return taskGroup
                .map(group ->
                        keepUp(new AllocationCount.ByProperty(cluster.cache().property(property)), group))
                .orElseGet(() -> counts.computeIfAbsent(property, this::ofAllGroups));
    }

    /** The same of a group's allocations, by node. */
    AllocationCount.ByNode countByNode(String taskGroup) {
        return keepUp(new AllocationCount.ByNode(), taskGroup);
    }

    /** Has a listener told of each node that may have got room for what it had none for. */
    void onFreed(Consumer<NodeUsage> listener) {
        listeners.add(listener);
    }

    /** The room of a node; not to be changed. */
    NodeUsage usageOf(NodeUsage known) {
        NodeUsage found = changed.get(known);
        if (found != null) {
            return found;
        }
        if (outlook == Outlook.NOW || known.stopping().isEmpty()) {
            return known;
        }
        return change(known);
    }

    /** Plans an allocation, that holds something under a name of its own, under which nothing is held. */
    void place(String name, String taskGroup, NodeUsage known, AllocatedResources resources) {
        add(new AllocationCount.Counted(taskGroup, known));
        change(known).add(name, resources);
    }

    /** Takes back what was planned under a name. */
    void withdraw(String name, String taskGroup, NodeUsage known) {
        remove(new AllocationCount.Counted(taskGroup, known));
        change(known).release(name);
        announceFreed(known);
    }

    /** Plans to stop an allocation. */
    void stop(Allocation allocation) {
        remove(occupant(allocation));
        if (outlook == Outlook.ONCE_STOPPED) {
            change(cluster.usageOf(allocation.getNodeId())).release(allocation.getId());
        }
        announceFreed(cluster.usageOf(allocation.getNodeId()));
    }

    /** Plans to stop an allocation of another job, that is not stopped yet. */
    void evict(Allocation allocation) {
        if (outlook == Outlook.ONCE_STOPPED) {
            change(cluster.usageOf(allocation.getNodeId())).release(allocation.getId());
        }
        announceFreed(cluster.usageOf(allocation.getNodeId()));
    }

    /** Plans after all not to stop an allocation. */
    void keep(Allocation allocation) {
        add(occupant(allocation));
        if (outlook == Outlook.ONCE_STOPPED) {
            NodeUsage known = cluster.usageOf(allocation.getNodeId());
            change(known).hold(allocation.getId(), known.resources(allocation.getId()));
        }
    }

    private NodeUsage change(NodeUsage known) {
        return changed.computeIfAbsent(known, this::copy);
    }

    private NodeUsage copy(NodeUsage known) {
        NodeUsage copy = known.copy();
        if (outlook == Outlook.ONCE_STOPPED) {
            known.stopping().forEach(copy::release);
        }
        return copy;
    }

    private void announceFreed(NodeUsage known) {
        listeners.forEach(listener -> listener.accept(known));
    }

    private AllocationCount.ByProperty ofAllGroups(NodeInterpolation property) {
        AllocationCount.ByProperty count =
                new AllocationCount.ByProperty(cluster.cache().property(property));
        wanted.values().forEach(ofGroup -> ofGroup.forEach(allocation -> count.add(occupant(allocation))));
        return count;
    }

    private <T extends AllocationCount> T keepUp(T count, String taskGroup) {
        wanted.getOrDefault(taskGroup, List.of()).forEach(allocation -> count.add(occupant(allocation)));
        countsByGroup.computeIfAbsent(taskGroup, unseen -> new ArrayList<>()).add(count);
        return count;
    }

    private void add(AllocationCount.Counted occupant) {
        counts.values().forEach(count -> count.add(occupant));
        countsByGroup.getOrDefault(occupant.taskGroup(), List.of()).forEach(count -> count.add(occupant));
    }

    private void remove(AllocationCount.Counted occupant) {
        counts.values().forEach(count -> count.remove(occupant));
        countsByGroup.getOrDefault(occupant.taskGroup(), List.of()).forEach(count -> count.remove(occupant));
    }

    private AllocationCount.Counted occupant(Allocation allocation) {
        return new AllocationCount.Counted(allocation.getTaskGroup(), cluster.usageOf(allocation.getNodeId()));
    }
}
