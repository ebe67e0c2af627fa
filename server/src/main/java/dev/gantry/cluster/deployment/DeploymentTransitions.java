package dev.gantry.cluster.deployment;

import com.google.protobuf.Timestamp;
import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.cluster.job.JobKindRule;
import dev.gantry.cluster.job.JobWriter;
import dev.gantry.model.ProtoTimes;
import dev.gantry.model.TaskGroups;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Changes deployments within transactions of the caller: counts the health that nodes report, and decides in the same
 * transaction what follows.
 *
 * <p>The rules are Nomad's with one exception: one unhealthy allocation fails a deployment at once, whether or not it
 * has a progress deadline, so that a bad version is not placed on more nodes.
 */
public final class DeploymentTransitions {

    /**
     * The result of failing a deployment.
     *
     * @param evaluation the evaluation that was queued for the job
     * @param revertedTo the older version that was submitted again; empty: none
     */
    record Failure(Evaluation evaluation, Optional<Long> revertedTo) {}

    private final Evaluations evaluations;

    /**
     * Makes the rules of deployments.
     *
     * @param evaluations creates the evaluations that follow from a change of health
     */
    public DeploymentTransitions(Evaluations evaluations) {
        this.evaluations = evaluations;
    }

    /** Counts an allocation's health if it has become known or has changed, and fails or advances its deployment. */
    public void onHealth(WriteTransaction transaction, Allocation before, Allocation after, Instant now) {
        onHealth(transaction, before, after, now, any -> {});
    }

    /**
     * Does the same for someone who may not be allowed to let a job come back.
     *
     * @param check is given the job that would be submitted again, if any; what it throws ends the transaction
     */
    void onHealth(WriteTransaction transaction, Allocation before, Allocation after, Instant now, Consumer<Job> check) {
        boolean isNews = after.hasHealthy() && (!before.hasHealthy() || before.getHealthy() != after.getHealthy());
        if (!isNews || after.getDeploymentId().isEmpty()) {
            return;
        }
        running(transaction, after.getDeploymentId()).ifPresent(deployment -> {
            Deployment counted = change(deployment, after.getTaskGroup(), group -> count(group, before, after));
            if (!after.getHealthy()) {
                fail(transaction, counted, "allocation %s is unhealthy".formatted(after.getName()), now, check);
                return;
            }
            Deployment extended = change(
                    counted, after.getTaskGroup(), group -> extend(group, strategy(transaction, counted, group), now));
            advance(transaction, extended, now);
        });
    }

    /**
     * Advances a running deployment, unless it is paused: marks it as successful, promotes its canaries if auto_promote says so, or queues
     * an evaluation that replaces more allocations.
     */
    void advance(WriteTransaction transaction, Deployment deployment, Instant now) {
        if (!deployment.getPaused() && deployment.getGroupsList().stream().allMatch(DeploymentTransitions::isDone)) {
            succeed(transaction, deployment);
        } else if (!deployment.getPaused() && autoPromotes(transaction, deployment)) {
            promote(transaction, deployment, List.of(), now);
        } else {
            transaction.putDeployment(deployment);
            queueEvaluation(transaction, deployment.getJobId(), now);
        }
    }

    /**
     * Promotes the canaries of a deployment.
     *
     * @param groups the groups to promote; empty: all
     * @return the evaluation that replaces the older allocations
     * @throws RefusedException if no group waits for promotion, or if a group has too few healthy canaries
     * @throws InvalidFieldException if the deployment has no such group
     */
    Evaluation promote(WriteTransaction transaction, Deployment deployment, Collection<String> groups, Instant now) {
        List<String> known = deployment.getGroupsList().stream()
                .map(DeploymentGroup::getTaskGroup)
                .toList();
        groups.stream().filter(group -> !known.contains(group)).findFirst().ifPresent(group -> {
            throw new InvalidFieldException(
                    "task_groups",
                    "\"%s\" is no group of the deployment, which has %s".formatted(group, String.join(", ", known)));
        });
        List<DeploymentGroup> waiting = deployment.getGroupsList().stream()
                .filter(group -> groups.isEmpty() || groups.contains(group.getTaskGroup()))
                .filter(group -> !isPromoted(group))
                .toList();
        if (waiting.isEmpty()) {
            throw new RefusedException("The deployment of version %d of job %s has no canaries that wait to be promoted"
                    .formatted(deployment.getJobVersion(), deployment.getJobId()));
        }
        waiting.stream().filter(group -> !hasGoodCanaries(group)).findFirst().ifPresent(group -> {
            throw new RefusedException(
                    "%d of the %d canaries of group %s are healthy; wait for the others, or fail the deployment"
                            .formatted(group.getHealthy(), group.getDesiredCanaries(), group.getTaskGroup()));
        });
        Deployment promoted = deployment;
        for (DeploymentGroup group : waiting) {
            UpdateStrategy strategy = strategy(transaction, deployment, group);
            promoted = change(
                    promoted,
                    group.getTaskGroup(),
                    unpromoted ->
                            extend(unpromoted.toBuilder().setPromoted(true).build(), strategy, now));
        }
        transaction.putDeployment(
                promoted.toBuilder().setDescription("canaries promoted").build());
        return queueEvaluation(transaction, deployment.getJobId(), now);
    }

    /** Pauses a running deployment. Its progress deadlines stand until {@link #resume} sets them anew. */
    static Deployment pause(WriteTransaction transaction, Deployment deployment) {
        return transaction.putDeployment(
                deployment.toBuilder().setPaused(true).setDescription("paused").build());
    }

    /** Continues a paused deployment: its progress deadlines count from now, and the scheduler goes on. */
    Deployment resume(WriteTransaction transaction, Deployment deployment, Instant now) {
        Deployment.Builder resumed = deployment.toBuilder()
                .setPaused(false)
                .setDescription("resumed")
                .clearGroups();
        deployment
                .getGroupsList()
                .forEach(group -> resumed.addGroups(extend(group, strategy(transaction, deployment, group), now)));
        advance(transaction, resumed.build(), now);
        return transaction.deployment(deployment.getId()).orElseThrow();
    }

    /** Fails a running deployment. With auto_revert, submits the newest stable version again as a new version. */
    Failure fail(WriteTransaction transaction, Deployment deployment, String why, Instant now) {
        return fail(transaction, deployment, why, now, any -> {});
    }

    /**
     * Fails a running deployment.
     *
     * @param check is given the job that would be submitted again, if any; what it throws ends the transaction
     */
    Failure fail(WriteTransaction transaction, Deployment deployment, String why, Instant now, Consumer<Job> check) {
        Optional<JobRecord> stable =
                autoReverts(transaction, deployment) ? stableBefore(transaction, deployment) : Optional.empty();
        stable.ifPresent(version -> check.accept(version.getJob()));
        String what = stable.map(version -> "; version %d comes back".formatted(version.getVersion()))
                .orElse("");
        transaction.putDeployment(deployment.toBuilder()
                .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_FAILED)
                .setDescription(why + what)
                .build());
        stable.ifPresent(version -> revert(transaction, version.getJob(), now));
        return new Failure(queueEvaluation(transaction, deployment.getJobId(), now), stable.map(JobRecord::getVersion));
    }

    /** Stores a running deployment that a plan has changed; marks it as successful if it is complete now. */
    public void settle(WriteTransaction transaction, Deployment deployment) {
        if (!deployment.getPaused()
                && !deployment.getGroupsList().isEmpty()
                && deployment.getGroupsList().stream().allMatch(DeploymentTransitions::isDone)) {
            succeed(transaction, deployment);
        } else {
            transaction.putDeployment(deployment);
        }
    }

    /** Stores a deployment that a plan has ended, and marks the job version as stable if it was successful. */
    public void end(WriteTransaction transaction, Deployment deployment) {
        transaction.putDeployment(deployment);
        if (deployment.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL) {
            transaction.markStable(deployment.getJobId(), deployment.getJobVersion());
        }
    }

    /**
     * Returns the earliest progress deadline of a running deployment's groups; empty if no group has one now, or the
     * deployment is paused.
     */
    static Optional<Instant> deadline(Deployment deployment) {
        if (deployment.getPaused()) {
            return Optional.empty();
        }
        return deployment.getGroupsList().stream()
                .filter(group -> group.hasProgressDeadline() && !isDone(group) && !waitsForPromotion(group))
                .map(group -> ProtoTimes.toInstantMillis(group.getProgressDeadline()))
                .min(Instant::compareTo);
    }

    /** Returns a new deployment whose progress deadlines count from now. */
    public static Deployment begin(Deployment planned, Job job, Instant now) {
        Deployment.Builder begun = planned.toBuilder()
                .setCreateTime(ProtoTimes.toTimestampMillis(now))
                .clearGroups();
        planned.getGroupsList().forEach(group -> begun.addGroups(extend(group, strategy(job, group), now)));
        return begun.build();
    }

    private static boolean isDone(DeploymentGroup group) {
        return isPromoted(group) && group.getHealthy() >= group.getDesiredTotal();
    }

    private static boolean isPromoted(DeploymentGroup group) {
        return group.getPromoted() || group.getDesiredCanaries() == 0;
    }

    private static boolean hasGoodCanaries(DeploymentGroup group) {
        return group.getHealthy() >= group.getDesiredCanaries();
    }

    private static boolean waitsForPromotion(DeploymentGroup group) {
        return !isPromoted(group) && hasGoodCanaries(group);
    }

    private static DeploymentGroup count(DeploymentGroup group, Allocation before, Allocation after) {
        int healthyBefore = before.hasHealthy() && before.getHealthy() ? 1 : 0;
        int unhealthyBefore = before.hasHealthy() && !before.getHealthy() ? 1 : 0;
        int healthy = after.getHealthy() ? 1 : 0;
        return group.toBuilder()
                .setHealthy(group.getHealthy() + healthy - healthyBefore)
                .setUnhealthy(group.getUnhealthy() + 1 - healthy - unhealthyBefore)
                .build();
    }

    /** Starts the progress deadline of a group again, from now. A deadline of 0 means none. */
    private static DeploymentGroup extend(DeploymentGroup group, UpdateStrategy strategy, Instant now) {
        if (ProtoTimes.toDuration(strategy.getProgressDeadline()).toMillis() <= 0) {
            return group.toBuilder().clearProgressDeadline().build();
        }
        Timestamp deadline =
                ProtoTimes.toTimestampMillis(now.plus(ProtoTimes.toDuration(strategy.getProgressDeadline())));
        return group.toBuilder().setProgressDeadline(deadline).build();
    }

    private void succeed(WriteTransaction transaction, Deployment deployment) {
        transaction.putDeployment(deployment.toBuilder()
                .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL)
                .setDescription("all allocations are healthy")
                .build());
        transaction.markStable(deployment.getJobId(), deployment.getJobVersion());
    }

    private static boolean autoPromotes(WriteTransaction transaction, Deployment deployment) {
        List<DeploymentGroup> waiting = deployment.getGroupsList().stream()
                .filter(group -> !isPromoted(group))
                .toList();
        return !waiting.isEmpty()
                && waiting.stream()
                        .allMatch(group -> hasGoodCanaries(group)
                                && strategy(transaction, deployment, group).getAutoPromote());
    }

    private static boolean autoReverts(WriteTransaction transaction, Deployment deployment) {
        return deployment.getGroupsList().stream()
                .anyMatch(group -> strategy(transaction, deployment, group).getAutoRevert());
    }

    /**
     * Returns the newest stable version to revert to. A version equal to the failed one does not count: it would fail
     * again in the same way.
     */
    private static Optional<JobRecord> stableBefore(WriteTransaction transaction, Deployment deployment) {
        Job failed = transaction
                .job(deployment.getJobId())
                .filter(job -> job.getVersion() == deployment.getJobVersion())
                .map(JobRecord::getJob)
                .orElse(Job.getDefaultInstance());
        return transaction
                .reader()
                .jobs()
                .stableVersion(deployment.getJobId(), deployment.getJobVersion())
                .filter(stable -> stable.getJob().getId().equals(failed.getId())
                        && !stable.getJob().equals(failed)
                        && JobKindRule.violation(failed, stable.getJob()).isEmpty());
    }

    private static void revert(WriteTransaction transaction, Job job, Instant now) {
        Optional<JobRecord> stored = transaction.job(job.getId());
        JobWriter.putVersion(transaction, job, stored.orElseThrow().getVersion() + 1, stored, now);
    }

    private Evaluation queueEvaluation(WriteTransaction transaction, String jobId, Instant now) {
        JobRecord job = transaction.job(jobId).orElseThrow(() -> new UnknownObjectException("job", jobId));
        return evaluations.queue(
                transaction, job, EvaluationTrigger.EVALUATION_TRIGGER_DEPLOYMENT, ProtoTimes.toTimestampMillis(now));
    }

    private static Optional<Deployment> running(WriteTransaction transaction, String id) {
        return transaction
                .deployment(id)
                .filter(deployment -> deployment.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
    }

    private static Deployment change(Deployment deployment, String group, UnaryOperator<DeploymentGroup> change) {
        Deployment.Builder changed = deployment.toBuilder().clearGroups();
        deployment
                .getGroupsList()
                .forEach(known -> changed.addGroups(known.getTaskGroup().equals(group) ? change.apply(known) : known));
        return changed.build();
    }

    private static UpdateStrategy strategy(WriteTransaction transaction, Deployment deployment, DeploymentGroup group) {
        return transaction
                .job(deployment.getJobId())
                .map(job -> strategy(job.getJob(), group))
                .orElse(UpdateStrategy.getDefaultInstance());
    }

    private static UpdateStrategy strategy(Job job, DeploymentGroup group) {
        return TaskGroups.find(job, group.getTaskGroup())
                .map(TaskGroup::getUpdate)
                .orElse(UpdateStrategy.getDefaultInstance());
    }
}
