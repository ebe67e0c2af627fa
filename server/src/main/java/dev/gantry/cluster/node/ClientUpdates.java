package dev.gantry.cluster.node;

import dev.gantry.cluster.OverloadedException;
import dev.gantry.cluster.deployment.DeploymentTransitions;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.model.ProtoTimes;
import dev.gantry.model.TaskEvents;
import dev.gantry.store.Store;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.EvaluationTrigger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Stores the states of allocations that nodes report. Reports that arrive while the store is busy are written together:
 * their rows are read in one query and written in one batch.
 */
final class ClientUpdates {

    // The most reports that may wait; one more is refused.
    private static final int WAITING_MESSAGES = 16_384;
    // The most reports in one write, since other writes wait for it.
    private static final int MESSAGES_PER_WRITE = 2048;

    private record Message(
            String nodeId, List<AllocationUpdate> updates, BooleanSupplier isCurrent, CompletableFuture<Void> stored) {}

    private final Store store;
    private final Evaluations evaluations;
    private final DeploymentTransitions deployments;
    private final InstantSource clock;

    private final BlockingQueue<Message> waiting = new ArrayBlockingQueue<>(WAITING_MESSAGES);

    /** True while a write is queued that will take the waiting reports. */
    private final AtomicBoolean asked = new AtomicBoolean();

    ClientUpdates(Store store, Evaluations evaluations, DeploymentTransitions deployments, InstantSource clock) {
        this.store = store;
        this.evaluations = evaluations;
        this.deployments = deployments;
        this.clock = clock;
    }

    /** See {@link NodeRegistry#updateAllocations}. */
    CompletableFuture<Void> put(String nodeId, List<AllocationUpdate> updates, BooleanSupplier isCurrent) {
        Message message = new Message(nodeId, updates, isCurrent, store.future());
        if (!waiting.offer(message)) {
            return CompletableFuture.failedFuture(new OverloadedException("updates of allocations", WAITING_MESSAGES));
        }
        ask();
        return message.stored();
    }

    private void ask() {
        if (!asked.compareAndSet(false, true)) {
            return;
        }
        List<Message> taken = new ArrayList<>();
        var unused = store.write(transaction -> {
                    take(taken);
                    write(transaction, taken);
                    return null;
                })
                .whenComplete((done, failure) -> settle(taken, failure));
    }

    private void take(List<Message> taken) {
        // Reset the flag first: a report that arrives after the drain then queues a write of its own.
        asked.set(false);
        waiting.drainTo(taken, MESSAGES_PER_WRITE);
        if (!waiting.isEmpty()) {
            ask();
        }
    }

    private void settle(List<Message> taken, Throwable failure) {
        if (failure == null) {
            taken.forEach(message -> message.stored().complete(null));
            return;
        }
        if (taken.isEmpty()) {
            // The store refused the write before running it, so take() did not run: fail all waiting reports.
            asked.set(false);
            waiting.drainTo(taken);
        }
        taken.forEach(message -> message.stored().completeExceptionally(failure));
    }

    private void write(WriteTransaction transaction, List<Message> messages) {
        Instant now = clock.instant();
        List<Message> current = messages.stream()
                .filter(message -> message.isCurrent().getAsBoolean())
                .toList();
        Map<String, Allocation> stored = read(transaction, current);
        Set<String> failedJobs = new LinkedHashSet<>();
        for (Message message : current) {
            for (AllocationUpdate update : message.updates()) {
                Optional.ofNullable(stored.get(update.getAllocationId()))
                        .filter(allocation -> allocation.getNodeId().equals(message.nodeId()))
                        .filter(allocation -> !AllocationStatuses.isTerminal(allocation))
                        .flatMap(allocation -> updateIfChanged(transaction, allocation, update, now))
                        .ifPresent(changed -> {
                            stored.put(changed.getId(), changed);
                            if (hasFailed(changed)) {
                                failedJobs.add(changed.getJobId());
                            }
                        });
            }
        }
        evaluations.queueAll(
                transaction, failedJobs.stream(), EvaluationTrigger.EVALUATION_TRIGGER_ALLOCATION_FAILED, now);
    }

    private static Map<String, Allocation> read(WriteTransaction transaction, List<Message> messages) {
        Set<String> ids = new LinkedHashSet<>();
        messages.forEach(message -> message.updates().forEach(update -> ids.add(update.getAllocationId())));
        Map<String, Allocation> stored = new HashMap<>();
        transaction.allocations(ids).forEach(allocation -> stored.put(allocation.getId(), allocation));
        return stored;
    }

    /** Stores an update unless it changes nothing. A node that reconnects reports stored states again. */
    private Optional<Allocation> updateIfChanged(
            WriteTransaction transaction, Allocation stored, AllocationUpdate update, Instant now) {
        Allocation.Builder merged = merge(stored, update, now);
        if (merged.build().equals(stored)) {
            return Optional.empty();
        }
        Allocation changed = transaction.updateClient(merged.setModifyTime(ProtoTimes.toTimestampMillis(now)));
        deployments.onHealth(transaction, stored, changed, now);
        return Optional.of(changed);
    }

    private static boolean hasFailed(Allocation allocation) {
        return allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_FAILED
                && allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN;
    }

    private static Allocation.Builder merge(Allocation allocation, AllocationUpdate update, Instant now) {
        boolean isStopping = allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP;
        Allocation.Builder merged = allocation.toBuilder()
                .setClientStatus(update.getClientStatus())
                // Keep the reason for the stop: it tells more than the report that the allocation has stopped.
                .setDescription(isStopping ? allocation.getDescription() : update.getDescription())
                .clearTaskStates()
                .addAllTaskStates(update.getTaskStatesList())
                .clearChecks()
                .addAllChecks(update.getChecksList());
        if (update.getClientStatus() == ClientStatus.CLIENT_STATUS_FAILED) {
            TaskEvents.restriction(update.getTaskStatesList()).ifPresent(merged::setRestriction);
        }
        health(allocation, update)
                .filter(healthy -> !allocation.hasHealthy() || allocation.getHealthy() != healthy)
                .ifPresent(healthy -> merged.setHealthy(healthy).setHealthyTime(ProtoTimes.toTimestampMillis(now)));
        return merged;
    }

    /**
     * Returns the reported health; false for a failed allocation of a deployment, whether or not the node reports
     * health.
     */
    private static Optional<Boolean> health(Allocation allocation, AllocationUpdate update) {
        boolean isPartOfDeployment = !allocation.getDeploymentId().isEmpty();
        if (isPartOfDeployment && update.getClientStatus() == ClientStatus.CLIENT_STATUS_FAILED) {
            return Optional.of(false);
        }
        return update.hasHealthy() ? Optional.of(update.getHealthy()) : Optional.empty();
    }
}
