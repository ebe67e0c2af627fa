package dev.gantry.scheduler.reconcile;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.gantry.model.ProtoTimes;
import dev.gantry.scheduler.plan.InPlaceUpdate;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.JobDeployments;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Begins, updates and ends the deployments of a job. */
public final class DeploymentRule {

    private final JobVersion job;
    /** The groups of the job with an {@code update} block, by name; empty unless the job is a service. */
    private final Map<String, TaskGroup> stepwise = new HashMap<>();

    private final List<Deployment> known;
    private final Optional<Deployment> current;
    private final Instant now;

    /**
     * Reads a job's deployments.
     *
     * @param job the newest version of the job
     * @param known the running deployments and the newest one
     * @param now the time
     */
    public DeploymentRule(JobVersion job, List<Deployment> known, Instant now) {
        this.job = job;
        for (TaskGroup group : job.getJob().getTaskGroupsList()) {
            if (isStepwise(job.getJob().getType(), group)) {
                stepwise.put(group.getName(), group);
            }
        }
        this.known = known;
        this.current = known.stream()
                .filter(one -> one.getJobVersion() == job.getVersion())
                .findFirst();
        this.now = now;
    }

    /**
     * Returns true if a new version of the group is rolled out by a deployment: the job is a service with an update
     * block.
     */
    static boolean isStepwise(Demand demand) {
        return isStepwise(demand.job().getType(), demand.group());
    }

    /**
     * Returns the id of the deployment that allocations of the group's newest version belong to: of the running
     * deployment, or of the one that would begin. Empty if the group has no deployments, or if the version's deployment
     * has ended.
     */
    static String idFor(Demand demand, Optional<Deployment> current) {
        if (!isStepwise(demand)) {
            return "";
        }
        return current.map(one -> JobDeployments.isRunning(one) ? one.getId() : "")
                .orElseGet(() -> id(demand.job().getId(), demand.jobVersion(), demand.createIndex()));
    }

    /**
     * Returns the id of the deployment that new allocations of a group belong to; empty: none.
     *
     * @param demand the group
     */
    public String idOf(Demand demand) {
        return idFor(demand, current);
    }

    /**
     * Returns true if the version's deployment is running, or if these changes begin one.
     *
     * @param changes the changes of the job's groups
     */
    public boolean isRunningWith(List<GroupChange> changes) {
        return current.map(JobDeployments::isRunning).orElseGet(() -> begins(changes));
    }

    /**
     * Returns the deployments to write for a plan with these changes: canceled ones of other versions, and this
     * version's.
     *
     * @param changes the changes of the job's groups
     * @param placements the new allocations
     * @return the deployments that change; empty if no deployment changes
     */
    public List<Deployment> after(List<GroupChange> changes, List<Placement> placements) {
        List<Deployment> changed = new ArrayList<>();
        cancel("version " + job.getVersion() + " takes its place", changed);
        if (isRunningWith(changes)) {
            Deployment before = current.orElseGet(() -> begin(changes));
            Deployment after = advance(before, changes, placements);
            if (current.filter(after::equals).isEmpty()) {
                changed.add(after);
            }
        }
        return changed;
    }

    /** Returns the deployments to write when the job is stopped: all running ones, canceled. */
    public List<Deployment> afterStop() {
        List<Deployment> changed = new ArrayList<>();
        String reason = "the job was stopped";
        cancel(reason, changed);
        current.filter(JobDeployments::isRunning).ifPresent(one -> changed.add(end(one, reason)));
        return changed;
    }

    private void cancel(String reason, List<Deployment> changed) {
        known.stream()
                .filter(one -> JobDeployments.isRunning(one) && one.getJobVersion() != job.getVersion())
                .forEach(one -> changed.add(end(one, reason)));
    }

    private static Deployment end(Deployment deployment, String reason) {
        return deployment.toBuilder()
                .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_CANCELED)
                .setDescription(reason)
                .build();
    }

    private boolean begins(List<GroupChange> changes) {
        return changes.stream()
                .anyMatch(change -> group(change).isPresent()
                        && (!change.updates().isEmpty()
                                || change.requests().stream().anyMatch(request -> !request.isUpkeep())));
    }

    private Deployment begin(List<GroupChange> changes) {
        Deployment.Builder deployment = Deployment.newBuilder()
                .setId(id(job.getJob().getId(), job.getVersion(), job.getCreateIndex()))
                .setJobId(job.getJob().getId())
                .setJobVersion(job.getVersion())
                .setCreateTime(ProtoTimes.toTimestamp(now));
        changes.forEach(change -> group(change).ifPresent(group -> deployment.addGroups(begin(change, group))));
        return deployment.build();
    }

    private DeploymentGroup begin(GroupChange change, TaskGroup group) {
        int canaries = change.rollout().canaries();
        UpdateStrategy update = group.getUpdate();
        DeploymentGroup.Builder begun = DeploymentGroup.newBuilder()
                .setTaskGroup(group.getName())
                .setDesiredCanaries(canaries)
                .setPromoted(canaries == 0)
                .setDesiredTotal(group.getCount());
        long deadline = ProtoTimes.toDuration(update.getProgressDeadline()).toMillis();
        return deadline == 0
                ? begun.build()
                : begun.setProgressDeadline(ProtoTimes.toTimestamp(now.plusMillis(deadline)))
                        .build();
    }

    private Deployment advance(Deployment before, List<GroupChange> changes, List<Placement> placements) {
        Deployment.Builder after = before.toBuilder();
        Map<String, GroupChange> byGroup = new HashMap<>();
        changes.forEach(change -> byGroup.put(change.taskGroup(), change));
        Map<String, Long> placed = placements.stream()
                .filter(one -> one.deploymentId().equals(before.getId()))
                .collect(groupingBy(Placement::taskGroup, counting()));
        for (DeploymentGroup.Builder group : after.getGroupsBuilderList()) {
            GroupChange change = byGroup.get(group.getTaskGroup());
            if (change != null) {
                count(
                        group,
                        change,
                        placed.getOrDefault(group.getTaskGroup(), 0L).intValue());
            }
        }
        boolean complete = changes.stream()
                        .filter(change -> group(change).isPresent())
                        .allMatch(change -> change.rollout().complete())
                && after.getGroupsList().stream().allMatch(DeploymentGroup::getPromoted);
        // A paused deployment waits for its operator, even if nothing is left to do.
        if (complete && !before.getPaused()) {
            after.setStatus(DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL)
                    .setDescription("all allocations of version %d are healthy".formatted(job.getVersion()));
        } else {
            after.setStatus(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING).setDescription(progress(after));
        }
        return after.build();
    }

    private static void count(DeploymentGroup.Builder group, GroupChange change, int placed) {
        int healthy =
                (int) change.updates().stream().filter(InPlaceUpdate::healthy).count();
        group.setPlaced(group.getPlaced() + placed + change.updates().size());
        group.setHealthy(group.getHealthy() + healthy);
    }

    private static String progress(Deployment.Builder deployment) {
        if (deployment.getPaused()) {
            return "paused";
        }
        return deployment.getGroupsList().stream().allMatch(DeploymentGroup::getPromoted)
                ? "allocations are being replaced"
                : "canaries wait to be promoted";
    }

    /** Returns the group with its update block if it is rolled out by a deployment. */
    private Optional<TaskGroup> group(GroupChange change) {
        return Optional.ofNullable(stepwise.get(change.taskGroup()));
    }

    private static boolean isStepwise(JobType type, TaskGroup group) {
        return type == JobType.JOB_TYPE_SERVICE && group.hasUpdate();
    }

    /**
     * Returns the same id for the same version, so that a plan that is made twice means one deployment. A job that was
     * purged and submitted again has other ids.
     */
    private static String id(String jobId, long version, long createIndex) {
        String name = "%s@%d@%d".formatted(jobId, version, createIndex);
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
