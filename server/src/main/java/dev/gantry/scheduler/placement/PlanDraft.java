package dev.gantry.scheduler.placement;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.scheduler.constraint.NodeInterpolation;
import dev.gantry.scheduler.state.AllocatedResources;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The cluster with the plan for one job applied so far. Does not change the {@link ClusterState}.
 *
 * <p>An allocation that is to stop may still run. {@link Outlook#NOW} lets the allocation hold its resources, as the
 * database does: a port becomes free only when its allocation has ended. {@link Outlook#ONCE_STOPPED} treats the
 * allocation as ended. In both, distinct constraints, anti-affinity and spreads do not count the allocation.
 *
 * <p>In both, what other jobs have reserved is taken. As long as allocations on the node are stopping, they hold a part
 * of what is reserved, and {@link Outlook#NOW} counts that part once.
 */
final class PlanDraft {

    /** Says whether allocations that are to stop hold resources. */
    enum Outlook {
        /** They hold their resources until they have ended. */
        NOW,
        /** They have ended. */
        ONCE_STOPPED
    }

    /** The name under which a draft holds what is reserved on a node; neither an id nor a name of an allocation. */
    private static final String RESERVED = "reserved";

    private final ClusterState cluster;
    private final Outlook outlook;
    /** Resources that the job must leave to others, by the node's id. Mostly none. */
    private final Map<String, List<AllocatedResources>> reserved;
    /** The changed copy of a node's usage, by the usage in the cluster state. */
    private final IdentityHashMap<NodeUsage, NodeUsage> changed = new IdentityHashMap<>();

    private final Map<String, List<Allocation>> wanted = new HashMap<>();

    /** The job's allocations that their nodes have refused, since their owners do not allow them. Mostly none. */
    private final List<Allocation> refused = new ArrayList<>();

    /** The counts over all groups, by property, shared by the groups. */
    private final Map<NodeInterpolation, AllocationCount.ByProperty> counts = new HashMap<>();
    /** The counts over one group, by the group's name. */
    private final Map<String, List<AllocationCount>> countsByGroup = new HashMap<>();

    private final List<Consumer<NodeUsage>> listeners = new ArrayList<>();

    /**
     * Creates a draft without changes.
     *
     * @param cluster the cluster
     * @param job the job that is planned
     * @param outlook whether allocations that are to stop hold resources
     */
    PlanDraft(ClusterState cluster, Job job, Outlook outlook) {
        this.cluster = cluster;
        this.outlook = outlook;
        this.reserved = cluster.reservedFrom(job);
        for (Allocation one : cluster.allocationsOf(job.getId())) {
            if (AllocationStatuses.isWanted(one)) {
                wanted.computeIfAbsent(one.getTaskGroup(), unseen -> new ArrayList<>())
                        .add(one);
            }
            if (!one.getRestriction().isEmpty()) {
                refused.add(one);
            }
        }
    }

    /**
     * Returns a count of the job's allocations by the value of a node property; each later step of the plan updates it.
     * Nothing may be planned yet.
     *
     * @param property the node property
     * @param taskGroup the only group to count; empty: all groups of the job
     */
    AllocationCount.ByProperty countByProperty(NodeInterpolation property, Optional<String> taskGroup) {
        return taskGroup
                .map(group ->
                        keepUp(new AllocationCount.ByProperty(cluster.cache().property(property)), group))
                .orElseGet(() -> counts.computeIfAbsent(property, this::ofAllGroups));
    }

    /**
     * Returns a count of a group's allocations by node; each later step of the plan updates it. Nothing may be planned
     * yet.
     */
    AllocationCount.ByNode countByNode(String taskGroup) {
        return keepUp(new AllocationCount.ByNode(), taskGroup);
    }

    /** Returns the nodes that have refused an allocation of a group. */
    NodeRefusals refusalsOf(Demand demand) {
        return new NodeRefusals(refused, demand);
    }

    /**
     * Registers a listener that is called with each node whose free resources may have grown, or on which the job may
     * have fewer allocations.
     */
    void onFreed(Consumer<NodeUsage> listener) {
        listeners.add(listener);
    }

    /**
     * Returns the usage of a node with the plan so far; not to be changed.
     *
     * @param node the node's usage in the cluster state
     */
    NodeUsage usageOf(NodeUsage node) {
        NodeUsage found = changed.get(node);
        if (found != null) {
            return found;
        }
        boolean isAsItWillBe = outlook == Outlook.NOW || node.stopping().isEmpty();
        return isAsItWillBe && !reserved.containsKey(node.id()) ? node : change(node);
    }

    /**
     * Plans an allocation.
     *
     * @param name a name for the allocation, not in use yet
     * @param taskGroup the allocation's group
     * @param node the node's usage in the cluster state
     * @param resources the resources that the allocation uses
     */
    void place(String name, String taskGroup, NodeUsage node, AllocatedResources resources) {
        add(new AllocationCount.Counted(taskGroup, node));
        change(node).add(name, resources);
    }

    /** Takes back the allocation that was planned under a name. */
    void withdraw(String name, String taskGroup, NodeUsage node) {
        remove(new AllocationCount.Counted(taskGroup, node));
        change(node).release(name);
        announceFreed(node);
    }

    /** Plans to stop an allocation of the job. */
    void stop(Allocation allocation) {
        remove(counted(allocation));
        if (outlook == Outlook.ONCE_STOPPED) {
            change(cluster.usageOf(allocation.getNodeId())).release(allocation.getId());
        }
        announceFreed(cluster.usageOf(allocation.getNodeId()));
    }

    /** Plans to stop an allocation of another job; the allocation must not be stopping yet. */
    void evict(Allocation allocation) {
        if (outlook == Outlook.ONCE_STOPPED) {
            change(cluster.usageOf(allocation.getNodeId())).release(allocation.getId());
        }
        announceFreed(cluster.usageOf(allocation.getNodeId()));
    }

    /** Takes back {@link #stop}. */
    void keep(Allocation allocation) {
        add(counted(allocation));
        if (outlook == Outlook.ONCE_STOPPED) {
            NodeUsage node = cluster.usageOf(allocation.getNodeId());
            change(node).hold(allocation.getId(), node.resources(allocation.getId()));
        }
    }

    private NodeUsage change(NodeUsage node) {
        return changed.computeIfAbsent(node, this::copy);
    }

    private NodeUsage copy(NodeUsage node) {
        NodeUsage copy = node.copy();
        if (outlook == Outlook.ONCE_STOPPED) {
            node.stopping().forEach(copy::release);
        }
        List<AllocatedResources> ofOthers = reserved.get(node.id());
        if (ofOthers != null) {
            copy.add(RESERVED, stillToTake(AllocatedResources.sum(ofOthers), node));
        }
        return copy;
    }

    private AllocatedResources stillToTake(AllocatedResources all, NodeUsage node) {
        return outlook == Outlook.ONCE_STOPPED
                ? all
                : all.beyond(AllocatedResources.sum(
                        node.stopping().stream().map(node::resources).toList()));
    }

    private void announceFreed(NodeUsage node) {
        listeners.forEach(listener -> listener.accept(node));
    }

    private AllocationCount.ByProperty ofAllGroups(NodeInterpolation property) {
        AllocationCount.ByProperty count =
                new AllocationCount.ByProperty(cluster.cache().property(property));
        wanted.values().forEach(ofGroup -> ofGroup.forEach(allocation -> count.add(counted(allocation))));
        return count;
    }

    private <T extends AllocationCount> T keepUp(T count, String taskGroup) {
        wanted.getOrDefault(taskGroup, List.of()).forEach(allocation -> count.add(counted(allocation)));
        countsByGroup.computeIfAbsent(taskGroup, unseen -> new ArrayList<>()).add(count);
        return count;
    }

    private void add(AllocationCount.Counted counted) {
        counts.values().forEach(count -> count.add(counted));
        countsByGroup.getOrDefault(counted.taskGroup(), List.of()).forEach(count -> count.add(counted));
    }

    private void remove(AllocationCount.Counted counted) {
        counts.values().forEach(count -> count.remove(counted));
        countsByGroup.getOrDefault(counted.taskGroup(), List.of()).forEach(count -> count.remove(counted));
    }

    private AllocationCount.Counted counted(Allocation allocation) {
        return new AllocationCount.Counted(allocation.getTaskGroup(), cluster.usageOf(allocation.getNodeId()));
    }
}
