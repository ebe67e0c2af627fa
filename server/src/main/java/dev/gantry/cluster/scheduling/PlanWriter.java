package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.FailureLog;
import dev.gantry.cluster.Identifiers;
import dev.gantry.cluster.deployment.DeploymentMerge;
import dev.gantry.cluster.deployment.DeploymentTransitions;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.model.ProtoTimes;
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
 * Writes a plan in one transaction: new allocations with their ports, stops, updates, delayed reschedules, deployments
 * and the evaluation's status.
 */
final class PlanWriter {

    /** The outcomes of a write. */
    enum Outcome {
        /** The plan is on disk. */
        WRITTEN,
        /** A newer evaluation has replaced the plan's evaluation; nothing was written. */
        OBSOLETE,
        /** A node of the plan no longer accepts new allocations; nothing was written. */
        REJECTED,
        /** The store is overloaded or broken; nothing was written. */
        OVERLOADED
    }

    private final Store store;
    private final Identifiers identifiers;
    private final Evaluations evaluations;
    private final DeploymentTransitions transitions;
    private final InstantSource clock;

    PlanWriter(Store store, Identifiers identifiers, Evaluations evaluations, InstantSource clock) {
        this.store = store;
        this.identifiers = identifiers;
        this.evaluations = evaluations;
        this.transitions = new DeploymentTransitions(evaluations);
        this.clock = clock;
    }

    /** Returns the allocation of a placement, with a new id. */
    Allocation allocate(Evaluation evaluation, Placement placement) {
        return placement
                .allocation(identifiers.next(), evaluation.getJobId(), ProtoTimes.toTimestampMillis(clock.instant()))
                .setName(evaluation.getJobId() + "." + placement.taskGroup() + "[" + placement.index() + "]")
                .setClientStatus(ClientStatus.CLIENT_STATUS_PENDING)
                .setEvaluationId(evaluation.getId())
                .setPreviousAllocationId(
                        placement.previous().map(Allocation::getId).orElse(""))
                .build();
    }

    /**
     * Writes a plan with its new allocations. If the future fails, nothing was written: the store does not accept the
     * plan, or the state that it was made from.
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
        evaluations.queueAll(
                transaction,
                plan.stops().stream()
                        .filter(stop -> stop.cause() == StopCause.PREEMPTED)
                        .map(stop -> stop.allocation().getJobId()),
                EvaluationTrigger.EVALUATION_TRIGGER_PREEMPTION,
                now);
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

    /** Returns true if an evaluation is pending or blocked. */
    static boolean isOpen(Evaluation evaluation) {
        return evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_PENDING
                || evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED;
    }

    private static void stop(WriteTransaction transaction, Stop stop, Preempted preempted, Instant now) {
        current(transaction, stop.allocation())
                .filter(AllocationStatuses::isWanted)
                .ifPresent(allocation -> {
                    Allocation.Builder stopped = allocation.toBuilder()
                            .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                            .setDescription(stop.reason())
                            .setModifyTime(ProtoTimes.toTimestampMillis(now));
                    if (stop.cause() == StopCause.PREEMPTED) {
                        preempted.displace(stopped);
                    }
                    transaction.updateDesired(stopped.build());
                });
    }

    private static void reschedule(WriteTransaction transaction, DelayedReschedule reschedule, Instant now) {
        current(transaction, reschedule.allocation())
                .ifPresent(allocation -> transaction.updateClient(allocation.toBuilder()
                        .setNextRescheduleTime(ProtoTimes.toTimestampMillis(reschedule.at()))
                        .setModifyTime(ProtoTimes.toTimestampMillis(now))
                        .build()));
    }

    private static void update(WriteTransaction transaction, Evaluation evaluation, InPlaceUpdate update, Instant now) {
        current(transaction, update.allocation())
                .filter(AllocationStatuses::isWanted)
                .ifPresent(allocation -> {
                    Allocation.Builder updated = allocation.toBuilder()
                            .setJobVersion(evaluation.getJobVersion())
                            .setDeploymentId(update.deploymentId())
                            .setCanary(false)
                            .setEvaluationId(evaluation.getId())
                            .setModifyTime(ProtoTimes.toTimestampMillis(now));
                    if (update.healthy()) {
                        updated.setHealthy(true).setHealthyTime(ProtoTimes.toTimestampMillis(now));
                    }
                    transaction.updateDesired(updated.build());
                });
    }

    private static void replace(WriteTransaction transaction, Allocation placed, Instant now) {
        String dataOf = placed.getDataOfAllocationId();
        if (!dataOf.isEmpty() && !dataOf.equals(placed.getPreviousAllocationId())) {
            // Else a later allocation would be given the same data.
            transaction
                    .allocation(dataOf)
                    .ifPresent(source -> transaction.updateClient(source.toBuilder()
                            .setNextAllocationId(placed.getId())
                            .build()));
        }
        if (!placed.getPreviousAllocationId().isEmpty()) {
            transaction
                    .allocation(placed.getPreviousAllocationId())
                    .ifPresent(previous -> transaction.updateClient(succeeded(previous)
                            .setNextAllocationId(placed.getId())
                            .setModifyTime(ProtoTimes.toTimestampMillis(now))
                            .build()));
        }
    }

    private static Allocation.Builder succeeded(Allocation previous) {
        Allocation.Builder succeeded = previous.toBuilder().clearNextRescheduleTime();
        return previous.getClientStatus() == ClientStatus.CLIENT_STATUS_LOST
                ? succeeded.setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                : succeeded;
    }

    private void deploy(WriteTransaction transaction, Deployment planned, Plan plan, Instant now) {
        Optional<Deployment> stored = transaction.deployment(planned.getId());
        Job job = transaction.job(planned.getJobId()).map(JobRecord::getJob).orElse(Job.getDefaultInstance());
        if (stored.isPresent() && stored.get().getStatus() != DeploymentStatus.DEPLOYMENT_STATUS_RUNNING) {
            // The deployment has ended while the plan was made, and its end is final.
            return;
        }
        Deployment merged = DeploymentMerge.merge(
                stored.orElseGet(() -> DeploymentTransitions.begin(DeploymentMerge.uncounted(planned), job, now)),
                planned,
                updatedHealthy(planned, plan));
        if (merged.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING) {
            transitions.settle(transaction, merged);
        } else {
            transitions.end(transaction, merged);
        }
    }

    /** Returns how many allocations of each group become healthy by an in-place update. */
    private static Map<String, Long> updatedHealthy(Deployment deployment, Plan plan) {
        return plan.updates().stream()
                .filter(update -> update.healthy() && update.deploymentId().equals(deployment.getId()))
                .filter(update -> !update.allocation().getDeploymentId().equals(deployment.getId()))
                .collect(Collectors.groupingBy(update -> update.allocation().getTaskGroup(), Collectors.counting()));
    }

    /** Reads an allocation again, since the node may have reported a new state after the plan was made. */
    private static Optional<Allocation> current(WriteTransaction transaction, Allocation planned) {
        return transaction.allocation(planned.getId());
    }
}
