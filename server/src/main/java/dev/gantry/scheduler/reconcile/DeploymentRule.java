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

/** Begins, moves on and ends the deployments of a job. */
public final class DeploymentRule {

    private final JobVersion job;
    /** The groups as they are wanted that are rolled out step by step, by name. */
    private final Map<String, TaskGroup> stepwise = new HashMap<>();

    private final List<Deployment> known;
    private final Optional<Deployment> current;
    private final Instant now;

    /**
     * Looks at a job's deployments.
     *
     * @param known those that run, and the newest
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

    /** Whether a group gets a new version step by step. */
    static boolean isStepwise(Demand demand) {
        return isStepwise(demand.job().getType(), demand.group());
    }

    /** What deployment an allocation of a version is part of, if there is one; empty: none. */
    static String idFor(Demand demand, Optional<Deployment> current) {
        return isStepwise(demand)
                        && current.filter(one -> !JobDeployments.isRunning(one)).isEmpty()
                ? id(demand.job().getId(), demand.jobVersion())
                : "";
    }

    /** The deployment that a group's new allocations are part of while one runs; empty: none. */
    public String idOf(Demand demand) {
        return idFor(demand, current);
    }

    /** Whether there is a deployment of the version that goes on, or these changes begin one. */
    public boolean isRunningWith(List<GroupChange> changes) {
        return current.map(JobDeployments::isRunning).orElseGet(() -> begins(changes));
    }

    /** What is to be written of the job's deployments once these changes are planned. */
    public List<Deployment> after(List<GroupChange> changes, List<Placement> placements) {
        List<Deployment> changed = new ArrayList<>();
        cancel("version " + job.getVersion() + " takes its place", changed);
        if (isRunningWith(changes)) {
            Deployment before = current.orElseGet(() -> begin(changes));
            Deployment after = moveOn(before, changes, placements);
            if (current.filter(after::equals).isEmpty()) {
                changed.add(after);
            }
        }
        return changed;
    }

    /** What is to be written of the job's deployments once it is stopped. */
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
                .setId(id(job.getJob().getId(), job.getVersion()))
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

    private Deployment moveOn(Deployment before, List<GroupChange> changes, List<Placement> placements) {
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
        if (complete) {
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
        return deployment.getGroupsList().stream().allMatch(DeploymentGroup::getPromoted)
                ? "allocations are being replaced"
                : "canaries wait to be promoted";
    }

    /** The group as it is wanted, if it is rolled out step by step. */
    private Optional<TaskGroup> group(GroupChange change) {
        return Optional.ofNullable(stepwise.get(change.taskGroup()));
    }

    private static boolean isStepwise(JobType type, TaskGroup group) {
        return type == JobType.JOB_TYPE_SERVICE && group.hasUpdate();
    }

    /** The same for the same version, so that a plan that is made twice means one deployment. */
    private static String id(String jobId, long version) {
        return UUID.nameUUIDFromBytes((jobId + "@" + version).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
