package dev.gantry.cluster;

import dev.gantry.model.AllocationLife;
import dev.gantry.scheduler.plan.DelayedReschedule;
import dev.gantry.scheduler.plan.InPlaceUpdate;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.store.Store;
import dev.gantry.store.StoreOverloadedException;
import dev.gantry.store.StoreUnavailableException;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/**
 * Makes a plan true in one transaction: allocations and their ports, what is stopped, updated or to be placed anew, the
 * deployment and the evaluation's end.
 */
final class PlanWriter {

    /** What became of a plan. */
    enum Outcome {
        /** It is on disk. */
        WRITTEN,
        /** A newer evaluation has taken the place of its own; nothing was written. */
        OBSOLETE,
        /** One of its nodes may not be given new allocations any more; nothing was written. */
        REJECTED,
        /** The store has too much to write, or is broken; nothing was written. */
        OVERLOADED
    }

    private final Store store;
    private final Identifiers identifiers;
    private final Evaluations evaluations;
    private final DeploymentProgress progress;
    private final InstantSource clock;

    PlanWriter(Store store, Identifiers identifiers, Evaluations evaluations, InstantSource clock) {
        this.store = store;
        this.identifiers = identifiers;
        this.evaluations = evaluations;
        this.progress = new DeploymentProgress(evaluations);
        this.clock = clock;
    }

    /** The allocation that a placement stands for. */
    Allocation allocate(Evaluation evaluation, Placement placement) {
        var now = Times.toTimestamp(clock.instant());
        return Allocation.newBuilder()
                .setId(identifiers.next())
                .setName(evaluation.getJobId() + "." + placement.taskGroup() + "[" + placement.index() + "]")
                .setJobId(evaluation.getJobId())
                .setJobVersion(placement.jobVersion())
                .setTaskGroup(placement.taskGroup())
                .setIndex(placement.index())
                .setNodeId(placement.node().getId())
                .setNodeName(placement.node().getName())
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_PENDING)
                .addAllPorts(placement.ports())
                .setEvaluationId(evaluation.getId())
                .setCreateTime(now)
                .setModifyTime(now)
                .setDeploymentId(placement.deploymentId())
                .setCanary(placement.canary())
                .setPreviousAllocationId(
                        placement.previous().map(Allocation::getId).orElse(""))
                .addAllRescheduleTimes(placement.rescheduleTimes())
                .build();
    }

    /**
     * Writes a plan, the allocations that its placements stand for among it. If the future fails, nothing was written: the
     * plan, or what it was made from, is not what the store takes.
     */
    CompletableFuture<Outcome> write(Evaluation evaluation, Plan plan, List<Allocation> placed) {
        return store.write(transaction -> {
                    if (!isCurrent(transaction, evaluation)) {
                        return Outcome.OBSOLETE;
                    }
                    if (!placed.stream().map(Allocation::getNodeId).allMatch(transaction::isOpen)) {
                        return Outcome.REJECTED;
                    }
                    write(transaction, evaluation, plan, placed, clock.instant());
                    return Outcome.WRITTEN;
                })
                .exceptionally(PlanWriter::outcome);
    }

    private void write(
            WriteTransaction transaction, Evaluation evaluation, Plan plan, List<Allocation> placed, Instant now) {
        Preempted preempted = new Preempted(evaluation, placed);
        plan.stops().forEach(stop -> stop(transaction, stop, preempted, now));
        plan.reschedules().forEach(reschedule -> reschedule(transaction, reschedule, now));
        plan.updates().forEach(update -> update(transaction, evaluation, update, now));
        placed.forEach(transaction::insertAllocation);
        placed.forEach(allocation -> replace(transaction, allocation, now));
        preempted.tell(transaction, now);
        transaction.putEvaluation(preempted.remembered());
        plan.deployments().forEach(deployment -> deploy(transaction, deployment, plan, now));
        plan.stops().stream()
                .filter(stop -> stop.cause() == StopCause.PREEMPTED)
                .map(stop -> stop.allocation().getJobId())
                .distinct()
                .flatMap(jobId -> transaction.job(jobId).stream())
                .forEach(job -> evaluations.queue(
                        transaction, job, EvaluationTrigger.EVALUATION_TRIGGER_PREEMPTION, Times.toTimestamp(now)));
    }

    private static Outcome outcome(Throwable failure) {
        Throwable cause = FailureLog.cause(failure);
        if (cause instanceof StoreOverloadedException || cause instanceof StoreUnavailableException) {
            return Outcome.OVERLOADED;
        }
        throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
    }

    private static boolean isCurrent(WriteTransaction transaction, Evaluation evaluation) {
        return transaction
                .evaluation(evaluation.getId())
                .filter(PlanWriter::isOpen)
                .isPresent();
    }

    static boolean isOpen(Evaluation evaluation) {
        return evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_PENDING
                || evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED;
    }

    private static void stop(WriteTransaction transaction, Stop stop, Preempted preempted, Instant now) {
        current(transaction, stop.allocation()).filter(AllocationLife::isWanted).ifPresent(allocation -> {
            Allocation.Builder stopped = allocation.toBuilder()
                    .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                    .setDescription(stop.reason())
                    .setModifyTime(Times.toTimestamp(now));
            if (stop.cause() == StopCause.PREEMPTED) {
                preempted.displace(stopped);
            }
            transaction.updateDesired(stopped.build());
        });
    }

    private static void reschedule(WriteTransaction transaction, DelayedReschedule reschedule, Instant now) {
        current(transaction, reschedule.allocation())
                .ifPresent(allocation -> transaction.updateClient(allocation.toBuilder()
                        .setRescheduleAt(Times.toTimestamp(reschedule.at()))
                        .setModifyTime(Times.toTimestamp(now))
                        .build()));
    }

    private static void update(WriteTransaction transaction, Evaluation evaluation, InPlaceUpdate update, Instant now) {
        current(transaction, update.allocation())
                .filter(AllocationLife::isWanted)
                .ifPresent(allocation -> {
                    Allocation.Builder updated = allocation.toBuilder()
                            .setJobVersion(evaluation.getJobVersion())
                            .setDeploymentId(update.deploymentId())
                            .setCanary(false)
                            .setEvaluationId(evaluation.getId())
                            .setModifyTime(Times.toTimestamp(now));
                    if (update.healthy()) {
                        updated.setHealthy(true).setHealthyTime(Times.toTimestamp(now));
                    }
                    transaction.updateDesired(updated.build());
                });
    }

    private static void replace(WriteTransaction transaction, Allocation placed, Instant now) {
        if (!placed.getPreviousAllocationId().isEmpty()) {
            transaction
                    .allocation(placed.getPreviousAllocationId())
                    .ifPresent(previous -> transaction.updateClient(succeeded(previous)
                            .setNextAllocationId(placed.getId())
                            .setModifyTime(Times.toTimestamp(now))
                            .build()));
        }
    }

    private static Allocation.Builder succeeded(Allocation previous) {
        Allocation.Builder succeeded = previous.toBuilder().clearRescheduleAt();
        return previous.getClientStatus() == ClientStatus.CLIENT_STATUS_LOST
                ? succeeded.setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                : succeeded;
    }

    private void deploy(WriteTransaction transaction, Deployment planned, Plan plan, Instant now) {
        Optional<Deployment> stored = transaction.deployment(planned.getId());
        Job job = transaction.job(planned.getJobId()).map(JobRecord::getJob).orElse(Job.getDefaultInstance());
        if (stored.isPresent() && stored.get().getStatus() != DeploymentStatus.DEPLOYMENT_STATUS_RUNNING) {
            // It has ended while the plan was made: an end is final.
            return;
        }
        Deployment merged = DeploymentMerge.merge(
                stored.orElseGet(() -> DeploymentProgress.begin(DeploymentMerge.uncounted(planned), job, now)),
                planned,
                updatedHealthy(planned, plan));
        if (merged.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING) {
            progress.settle(transaction, merged);
        } else {
            progress.end(transaction, merged);
        }
    }

    /** How many allocations of each group count as healthy since they were updated while they ran. */
    private static Map<String, Long> updatedHealthy(Deployment deployment, Plan plan) {
        return plan.updates().stream()
                .filter(update -> update.healthy() && update.deploymentId().equals(deployment.getId()))
                .filter(update -> !update.allocation().getDeploymentId().equals(deployment.getId()))
                .collect(Collectors.groupingBy(update -> update.allocation().getTaskGroup(), Collectors.counting()));
    }

    /** Reads it anew, since the node may have spoken of it after the plan was made. */
    private static Optional<Allocation> current(WriteTransaction transaction, Allocation planned) {
        return transaction.allocation(planned.getId());
    }
}
