package dev.gantry.scheduler.reconcile;

import static java.util.stream.Collectors.toSet;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.TaskGroup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares a job with its allocations, group by group. */
public final class Reconciliation {

    /** The reason for stopping an allocation that a newer version replaces. */
    static final String OUTDATED = "a newer version of the job takes its place";

    // Of two allocations with the same index the older one stays. But a canary never stays in place of an allocation
    // that is not a canary.
    private static final Comparator<Allocation> STAYING_FIRST = Comparator.comparing(Allocation::getCanary)
            .thenComparingLong(Allocation::getCreateIndex)
            .thenComparing(Allocation::getId);

    private final ClusterState cluster;
    private final JobVersion job;
    private final Instant now;
    private final Optional<Deployment> deployment;
    private final Map<String, DeploymentGroup> progress = new HashMap<>();
    private final Map<String, List<Allocation>> wanted = new HashMap<>();
    private final Map<String, List<Allocation>> ended = new HashMap<>();

    /**
     * Sorts the job's allocations by group.
     *
     * @param cluster the cluster
     * @param job the newest version of the job
     * @param now the time
     */
    public Reconciliation(ClusterState cluster, JobVersion job, Instant now) {
        this.cluster = cluster;
        this.job = job;
        this.now = now;
        String jobId = job.getJob().getId();
        this.deployment = cluster.deploymentsOf(jobId).stream()
                .filter(one -> one.getJobVersion() == job.getVersion())
                .findFirst();
        deployment.ifPresent(one -> one.getGroupsList().forEach(group -> progress.put(group.getTaskGroup(), group)));
        for (Allocation one : cluster.allocationsOf(jobId)) {
            if (AllocationStatuses.isWanted(one)) {
                add(one, wanted);
            } else if (ClusterState.isWithoutSuccessor(one) && one.getJobVersion() == job.getVersion()) {
                add(one, ended);
            }
        }
        wanted.values().forEach(ofGroup -> ofGroup.sort(STAYING_FIRST));
    }

    /**
     * Returns the changes that make a group run as submitted.
     *
     * @param demand a group of the newest version
     * @return the stops, in-place updates and placement requests of the group
     * @throws RuntimeException the deadline's exception, if the plan takes too long
     */
    public GroupChange change(Demand demand) {
        List<Allocation> running = wanted.getOrDefault(demand.group().getName(), List.of());
        List<Allocation> gone = ended.getOrDefault(demand.group().getName(), List.of());
        return job.getJob().getType() == JobType.JOB_TYPE_SYSTEM
                ? new SystemReconciliation(cluster, demand, now).change(running, gone)
                : new GroupReconciliation(
                                cluster,
                                demand,
                                now,
                                deployment,
                                Optional.ofNullable(progress.get(demand.group().getName())))
                        .change(running, gone);
    }

    /**
     * Returns the changes that stop the allocations of groups that the job no longer has, in the order of the groups'
     * names.
     */
    public List<GroupChange> stopFormer() {
        if (wanted.isEmpty()) {
            return List.of();
        }
        Set<String> names = job.getJob().getTaskGroupsList().stream()
                .map(TaskGroup::getName)
                .collect(toSet());
        return wanted.keySet().stream()
                .filter(name -> !names.contains(name))
                .sorted()
                .map(name -> stop(name, StopCause.GROUP_GONE, "the job has no group %s any more".formatted(name)))
                .toList();
    }

    /**
     * Returns the changes that stop all allocations of the job: its groups in its order, then former groups by name.
     *
     * @return one change for each group of the job, and for each former group that still has allocations
     */
    public List<GroupChange> stop() {
        String reason = "the job was stopped";
        List<GroupChange> changes = new ArrayList<>();
        job.getJob()
                .getTaskGroupsList()
                .forEach(group -> changes.add(stop(group.getName(), StopCause.JOB_STOPPED, reason)));
        stopFormer().forEach(former -> changes.add(stop(former.taskGroup(), StopCause.JOB_STOPPED, reason)));
        return changes;
    }

    private static void add(Allocation one, Map<String, List<Allocation>> byGroup) {
        byGroup.computeIfAbsent(one.getTaskGroup(), unseen -> new ArrayList<>()).add(one);
    }

    private GroupChange stop(String group, StopCause cause, String reason) {
        return GroupChange.stopOnly(
                group,
                wanted.getOrDefault(group, List.of()).stream()
                        .sorted(Comparator.comparingInt(Allocation::getIndex).reversed())
                        .map(one -> new Stop(one, cause, reason))
                        .toList());
    }
}
