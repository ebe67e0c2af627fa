package dev.gantry.scheduler.state;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.scheduler.constraint.GroupUse;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.TaskGroup;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The scheduler's view of the cluster: nodes, allocations, job versions and deployments.
 *
 * <p>Mutable; one thread owns it, and nothing in here locks. Planning changes nothing that a caller can see. Planning
 * does fill the {@link FeasibilityCache}, so the owner thread must make the plans too.
 *
 * <p>Terminal allocations are removed, with one exception: an allocation of the job's newest version stays if it should
 * have run (it ended by itself or was lost) and has no successor. Reconciling needs these: either nothing has to
 * replace the allocation, or the replacement names it.
 */
public final class ClusterState {

    private final NodeTable nodes;
    private final JobVersions versions;
    private final JobDeployments deployments;
    private final Reservations reservations;
    private final PlanDeadline deadline;
    private final Map<String, Allocation> allocations = new HashMap<>();
    private final Map<String, Map<String, Allocation>> allocationsByJob = new HashMap<>();

    /** Creates an empty cluster. */
    public ClusterState() {
        this(
                new NodeTable(PlanDeadline.NONE),
                new JobVersions(),
                new JobDeployments(),
                new Reservations(),
                PlanDeadline.NONE);
    }

    private ClusterState(
            NodeTable nodes,
            JobVersions versions,
            JobDeployments deployments,
            Reservations reservations,
            PlanDeadline deadline) {
        this.nodes = nodes;
        this.versions = versions;
        this.deployments = deployments;
        this.reservations = reservations;
        this.deadline = deadline;
    }

    /**
     * Copies the parts that the plan of one job reads, so that another thread can plan on the copy while this state
     * changes. Takes time for each node and for each allocation of the job, not for allocations of other jobs: a node
     * copies its allocations only when they change next.
     *
     * @param jobId the job, known or not; only this job may be planned on the snapshot
     * @param deadline the deadline of plans on the snapshot
     * @return the snapshot; it must not be changed
     */
    public ClusterState snapshot(String jobId, PlanDeadline deadline) {
        ClusterState snapshot = new ClusterState(
                nodes.snapshot(deadline),
                versions.snapshot(jobId),
                deployments.snapshot(jobId),
                reservations.copy(),
                deadline);
        allocationsOf(jobId).forEach(snapshot::remember);
        return snapshot;
    }

    /**
     * Begins a copy of everything, which another thread can plan on and change. This call only collects references, so
     * that it takes milliseconds in a large cluster: a node copies its allocations only when they change next. The
     * supplier does the rest of the work.
     *
     * @param deadline the deadline of plans on the copy
     * @return makes the copy; called once, by the thread that will own the copy
     */
    public Supplier<ClusterState> copy(PlanDeadline deadline) {
        ClusterState copy = new ClusterState(
                nodes.snapshot(deadline), versions.copy(), deployments.copy(), reservations.copy(), deadline);
        List<Allocation> all = List.copyOf(allocations.values());
        return () -> {
            all.forEach(copy::adopt);
            return copy;
        };
    }

    /**
     * Adds or replaces a node.
     *
     * @param node the node as it is now
     */
    public void putNode(Node node) {
        nodes.put(node);
    }

    /**
     * Removes a node that has no allocations. Ignores an unknown node. Also ignores a node that still has allocations,
     * such as those planned just before it was removed: the node is down, and nothing more is placed on it.
     *
     * @param id the node's id
     */
    public void removeNode(String id) {
        nodes.remove(id);
    }

    /**
     * Adds a version of a job. Must be called before the first allocation of the version is put. Removes older versions
     * that no allocation runs; but until the first allocation of the cluster is put, versions may come in any order and
     * all stay.
     *
     * @param job the version, with its defaults filled in
     */
    public void putJob(JobVersion job) {
        versions.put(job);
        List.copyOf(allocationsOf(job.getJob().getId())).stream()
                .filter(allocation -> !isNeeded(allocation))
                .forEach(allocation -> forget(allocation.getId()));
    }

    /**
     * Adds or replaces an allocation. Its node must not change. A terminal allocation takes no resources.
     *
     * @param allocation the allocation as it is now
     * @throws IllegalStateException if the allocation is not terminal and its node or its job version is unknown
     */
    public void putAllocation(Allocation allocation) {
        Allocation known = allocations.get(allocation.getId());
        if (AllocationStatuses.isTerminal(allocation)) {
            remove(known);
            if (isNeeded(allocation)) {
                remember(lean(allocation, known));
            }
        } else {
            Allocation lean = lean(allocation, known);
            if (known == null || !holdsTheSame(known, allocation)) {
                hold(lean, known);
            } else {
                nodes.find(lean.getNodeId()).describe(lean);
            }
            remember(lean);
        }
    }

    /**
     * Adds or replaces a deployment. Keeps the running deployments and the newest one of each job.
     *
     * @param deployment the deployment as it is now
     */
    public void putDeployment(Deployment deployment) {
        deployments.put(deployment);
    }

    /**
     * Replaces the reservations of a job by those of its newest plan.
     *
     * @param job the job
     * @param kept the reservations; empty: the job waits for nothing that was stopped for it
     */
    public void reserve(Job job, List<Reservation> kept) {
        reservations.put(job, kept);
    }

    /**
     * Returns the reservations of a job.
     *
     * @param jobId the job's id
     * @return the reservations of its newest plan; empty for an unknown job
     */
    public List<Reservation> reservationsOf(String jobId) {
        return reservations.of(jobId);
    }

    /**
     * Returns the resources that a job must leave to other jobs, since these have reserved them and do not have a lower
     * priority.
     *
     * @param job the job
     * @return the resources, by the node's id
     */
    public Map<String, List<AllocatedResources>> reservedFrom(Job job) {
        return reservations.binding(job);
    }

    /**
     * Removes an allocation and frees its resources. Ignores an unknown one.
     *
     * @param id the allocation's id
     */
    public void removeAllocation(String id) {
        remove(allocations.get(id));
    }

    /**
     * Removes a job with its versions, deployments and allocations. Ignores an unknown one.
     *
     * @param jobId the job's id
     */
    public void removeJob(String jobId) {
        allocationsOf(jobId).stream().map(Allocation::getId).toList().forEach(this::removeAllocation);
        versions.remove(jobId);
        deployments.remove(jobId);
        reservations.remove(jobId);
    }

    /**
     * Returns the nodes in the order of their names.
     *
     * @return the nodes of every status; a live view that must not be changed
     */
    public List<NodeUsage> nodes() {
        return nodes.all();
    }

    /**
     * Returns the usage of a node; null if the node is unknown.
     *
     * @param nodeId the node's id
     */
    public NodeUsage usageOf(String nodeId) {
        return nodes.find(nodeId);
    }

    /** Returns the cached results of testing nodes. */
    public FeasibilityCache cache() {
        return nodes.cache();
    }

    /**
     * Returns the restrictions of nodes that don't allow a group, with the reason.
     *
     * @param use finds what the group asks for; called only if a node has restrictions
     */
    Map<NodeRestrictions, String> refusing(Supplier<GroupUse> use) {
        return nodes.restrictions().refusing(use);
    }

    /**
     * Returns the running deployments of a job and its newest one, in the order of their versions.
     *
     * @param jobId the job's id
     * @return a copy; empty for an unknown job
     */
    public List<Deployment> deploymentsOf(String jobId) {
        return deployments.ofJob(jobId);
    }

    /**
     * Returns a job's live allocations, and the terminal ones that {@link ClusterState} keeps. A live view.
     *
     * @param jobId the job's id
     * @return the allocations in no order; empty for an unknown job
     */
    public Collection<Allocation> allocationsOf(String jobId) {
        return allocationsByJob.getOrDefault(jobId, Map.of()).values();
    }

    /**
     * Returns an allocation that {@link ClusterState} keeps; empty for any other.
     *
     * @param id the allocation's id
     */
    public Optional<Allocation> allocation(String id) {
        return Optional.ofNullable(allocations.get(id));
    }

    /**
     * Returns a job as it was at a version; empty if that version is not kept.
     *
     * @param jobId the job's id
     * @param version the version
     */
    public Optional<Job> jobAt(String jobId, long version) {
        return versions.job(jobId, version);
    }

    /**
     * Returns a group of a job as it was at a version; empty if the version is not kept or has no group of that name.
     *
     * @param jobId the job's id
     * @param version the version
     * @param name the group's name
     */
    public Optional<TaskGroup> groupAt(String jobId, long version, String name) {
        return versions.group(jobId, version, name);
    }

    /**
     * Checks the deadline of the plan.
     *
     * @throws RuntimeException the deadline's exception, if the plan takes too long
     */
    public void checkDeadline() {
        deadline.check();
    }

    /**
     * Returns true if a terminal allocation should have run and no allocation replaces it.
     *
     * @param allocation the allocation
     */
    public static boolean isWithoutSuccessor(Allocation allocation) {
        return AllocationStatuses.isTerminal(allocation)
                && allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN
                && allocation.getNextAllocationId().isEmpty();
    }

    /**
     * Returns true if an allocation has a sticky disk that no other allocation has taken over.
     *
     * @param allocation the allocation, of any status
     */
    public static boolean hasDataToTakeOver(Allocation allocation) {
        return allocation.getSticky() && allocation.getNextAllocationId().isEmpty();
    }

    /** Takes over an allocation of the state that this one is a copy of; its node knows it already. */
    private void adopt(Allocation lean) {
        if (!AllocationStatuses.isTerminal(lean)) {
            versions.retain(lean);
        }
        remember(lean);
    }

    private void remove(Allocation known) {
        if (known != null) {
            NodeUsage usage = nodes.find(known.getNodeId());
            // The node of a terminal allocation may have been removed.
            if (usage != null) {
                usage.release(known.getId());
            }
            versions.release(known);
            forget(known.getId());
        }
    }

    /**
     * Returns true if two states of an allocation take the same resources. Most updates of allocations do not change
     * the resources.
     */
    private static boolean holdsTheSame(Allocation known, Allocation allocation) {
        return AllocationStatuses.isWanted(known) == AllocationStatuses.isWanted(allocation)
                && AllocationStatuses.isTerminal(known) == AllocationStatuses.isTerminal(allocation)
                && known.getJobVersion() == allocation.getJobVersion()
                && known.getPortsList().equals(allocation.getPortsList());
    }

    private void hold(Allocation allocation, Allocation known) {
        NodeUsage usage = nodes.find(allocation.getNodeId());
        if (usage == null) {
            throw new IllegalStateException("Allocation %s is on node %s, which is not known: put the node first"
                    .formatted(allocation.getId(), allocation.getNodeId()));
        }
        if (known != null && known.getJobVersion() != allocation.getJobVersion()) {
            versions.release(known);
        }
        JobVersions.Run run = versions.retain(allocation);
        AllocatedResources resources = new AllocatedResources(
                run.request().cpu(),
                run.request().memoryMib(),
                run.request().diskMib(),
                allocation.getPortsList(),
                !AllocationStatuses.isWanted(allocation),
                allocation,
                run.job());
        if (known == null) {
            usage.add(allocation.getId(), resources);
        } else {
            usage.hold(allocation.getId(), resources);
        }
    }

    private boolean isNeeded(Allocation allocation) {
        return !AllocationStatuses.isTerminal(allocation)
                || hasDataToTakeOver(allocation)
                || (isWithoutSuccessor(allocation) && isOfNewestVersion(allocation));
    }

    private boolean isOfNewestVersion(Allocation allocation) {
        return versions.newest(allocation.getJobId())
                .map(newest -> allocation.getJobVersion() >= newest)
                .orElse(true);
    }

    private void remember(Allocation lean) {
        allocations.put(lean.getId(), lean);
        allocationsByJob
                .computeIfAbsent(lean.getJobId(), unseen -> new HashMap<>())
                .put(lean.getId(), lean);
    }

    /**
     * Returns an allocation without task states and checks: these are large, and planning does not read them. Shares
     * the strings for ids and names among allocations, which saves memory.
     */
    private Allocation lean(Allocation allocation, Allocation known) {
        if (known != null && allocation.getTaskStatesCount() == 0 && allocation.getChecksCount() == 0) {
            // The allocation is stored now, as it was planned: its strings are shared already.
            return allocation;
        }
        Allocation.Builder lean = allocation.toBuilder().clearTaskStates().clearChecks();
        if (known != null) {
            return lean.setJobId(known.getJobId())
                    .setNodeId(known.getNodeId())
                    .setNodeName(known.getNodeName())
                    .build();
        }
        versions.job(allocation.getJobId(), allocation.getJobVersion()).ifPresent(job -> lean.setJobId(job.getId()));
        NodeUsage usage = nodes.find(allocation.getNodeId());
        if (usage != null) {
            lean.setNodeId(usage.node().getId());
            if (usage.node().getName().equals(allocation.getNodeName())) {
                lean.setNodeName(usage.node().getName());
            }
        }
        return lean.build();
    }

    private void forget(String id) {
        Allocation known = allocations.remove(id);
        allocationsByJob.computeIfPresent(known.getJobId(), (job, ofJob) -> {
            ofJob.remove(id);
            return ofJob.isEmpty() ? null : ofJob;
        });
    }
}
