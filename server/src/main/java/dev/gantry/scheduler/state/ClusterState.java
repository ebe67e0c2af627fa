package dev.gantry.scheduler.state;

import dev.gantry.model.AllocationLife;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.TaskGroup;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes, what runs on them, and the job versions that say what that takes.
 *
 * <p>Mutable, and owned by one thread, the caller's: nothing in here locks. Plans change nothing of it that can be seen, but
 * it remembers what they found out about nodes, so they are made by that thread too.
 *
 * <p>What has ended is forgotten, but for the allocations of a job's newest version that ended by themselves or were lost
 * and have no successor: their place is settled, or the one that takes it names them.
 */
public final class ClusterState {

    private final NodeTable nodes;
    private final JobVersions versions;
    private final JobDeployments deployments;
    private final PlanDeadline deadline;
    private final Map<String, Allocation> allocations = new HashMap<>();
    private final Map<String, Map<String, Allocation>> allocationsByJob = new HashMap<>();

    /** An empty cluster. */
    public ClusterState() {
        this(new NodeTable(PlanDeadline.NONE), new JobVersions(), new JobDeployments(), PlanDeadline.NONE);
    }

    private ClusterState(NodeTable nodes, JobVersions versions, JobDeployments deployments, PlanDeadline deadline) {
        this.nodes = nodes;
        this.versions = versions;
        this.deployments = deployments;
        this.deadline = deadline;
    }

    /**
     * What the plan of one job has to know, as it is now: to be handed to another thread, which plans on it while this
     * cluster changes. Takes time for each node and for each allocation of the job, not for the allocations of other jobs:
     * a node copies what is held of it when that changes next.
     *
     * @param jobId the job, known or not; plans of other jobs must not be made on the snapshot
     * @param deadline how long plans on the snapshot may take
     * @return the snapshot, to be changed no more
     */
    public ClusterState snapshot(String jobId, PlanDeadline deadline) {
        ClusterState snapshot = new ClusterState(
                nodes.snapshot(deadline), versions.snapshot(jobId), deployments.snapshot(jobId), deadline);
        allocationsOf(jobId).forEach(snapshot::remember);
        return snapshot;
    }

    /**
     * Takes in a node, in place of what was known of it.
     *
     * @param node the node as it is now
     */
    public void putNode(Node node) {
        nodes.put(node);
    }

    /**
     * Forgets a node that nothing is on. One that is not known is passed over, and so is one that something is on still,
     * such as what was planned for it when it was about to go: it is down, and nothing more comes to it.
     *
     * @param id its id
     */
    public void removeNode(String id) {
        nodes.remove(id);
    }

    /**
     * Takes in a version of a job. Allocations say what they take by naming their version, so it has to be known before
     * the first of them is. A version that nothing runs is forgotten with the next newer one; but those that are put
     * before the first allocation of the cluster may come in any order.
     *
     * @param job the version, its defaults filled in
     */
    public void putJob(JobVersion job) {
        versions.put(job);
        List.copyOf(allocationsOf(job.getJob().getId())).stream()
                .filter(allocation -> !isNeeded(allocation))
                .forEach(allocation -> forget(allocation.getId()));
    }

    /**
     * Takes in an allocation, in place of what was known of it; its node never changes. One that has ended holds nothing
     * any more.
     *
     * @param allocation the allocation as it is now
     * @throws IllegalStateException if it has not ended and its node or its job version is not known
     */
    public void putAllocation(Allocation allocation) {
        Allocation known = allocations.get(allocation.getId());
        if (AllocationLife.isTerminal(allocation)) {
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
     * Takes in a deployment, in place of what was known of it. Of each job the running ones and the newest are kept.
     *
     * @param deployment the deployment as it is now
     */
    public void putDeployment(Deployment deployment) {
        deployments.put(deployment);
    }

    /**
     * Forgets an allocation, and frees what it held. One that is not known is passed over.
     *
     * @param id its id
     */
    public void removeAllocation(String id) {
        remove(allocations.get(id));
    }

    /**
     * Forgets a job, its versions, deployments and allocations. One that is not known is passed over.
     *
     * @param jobId its id
     */
    public void removeJob(String jobId) {
        allocationsOf(jobId).stream().map(Allocation::getId).toList().forEach(this::removeAllocation);
        versions.remove(jobId);
        deployments.remove(jobId);
    }

    /** The nodes in the order of their names. */
    public List<NodeUsage> nodes() {
        return nodes.all();
    }

    /** A node that an allocation is on. */
    public NodeUsage usageOf(String nodeId) {
        return nodes.find(nodeId);
    }

    /** What is known of nodes by themselves. */
    public FeasibilityCache cache() {
        return nodes.cache();
    }

    /** What is known of a job's deployments. */
    public List<Deployment> deploymentsOf(String jobId) {
        return deployments.ofJob(jobId);
    }

    /** What is known of a job's allocations: those that have not ended, and those that say that a place is settled. */
    public Collection<Allocation> allocationsOf(String jobId) {
        return allocationsByJob.getOrDefault(jobId, Map.of()).values();
    }

    /** The job as it was at a version; empty if that is not known any more. */
    public Optional<Job> jobAt(String jobId, long version) {
        return versions.job(jobId, version);
    }

    /** A group of a job as it was at a version; empty if that had none of this name, or is not known any more. */
    public Optional<TaskGroup> groupAt(String jobId, long version, String name) {
        return versions.group(jobId, version, name);
    }

    /** Asks whether the plan may go on. */
    public void checkDeadline() {
        deadline.check();
    }

    /** Whether an allocation ended though it should have run, and none has taken its place. */
    public static boolean isWithoutSuccessor(Allocation allocation) {
        return AllocationLife.isTerminal(allocation)
                && allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN
                && allocation.getNextAllocationId().isEmpty();
    }

    private void remove(Allocation known) {
        if (known != null) {
            nodes.find(known.getNodeId()).release(known.getId());
            versions.release(known);
            forget(known.getId());
        }
    }

    /** Most of what is said of an allocation is how it is, and takes nothing more of its node nor less. */
    private static boolean holdsTheSame(Allocation known, Allocation allocation) {
        return AllocationLife.isWanted(known) == AllocationLife.isWanted(allocation)
                && AllocationLife.isTerminal(known) == AllocationLife.isTerminal(allocation)
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
                allocation.getPortsList(),
                !AllocationLife.isWanted(allocation),
                allocation,
                run.job());
        if (known == null) {
            usage.add(allocation.getId(), resources);
        } else {
            usage.hold(allocation.getId(), resources);
        }
    }

    private boolean isNeeded(Allocation allocation) {
        return !AllocationLife.isTerminal(allocation)
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
     * Without what its tasks and checks do: there is much of that, and nothing is placed by it. Words that many allocations
     * have in common are held once.
     */
    private Allocation lean(Allocation allocation, Allocation known) {
        if (known != null && allocation.getTaskStatesCount() == 0 && allocation.getChecksCount() == 0) {
            // What was just placed, on disk now: it is of the words of what is known.
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
