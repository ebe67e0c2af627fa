package dev.gantry.cluster.scheduling;

import dev.gantry.model.ProtoTimes;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Records for which allocation a preempted allocation was stopped. The new allocation often cannot be placed before the
 * resources are free. Until then its evaluation stores the ids of the preempted allocations, so that they survive a
 * restart of the server.
 *
 * <p>Made for the write of one plan, within its transaction.
 */
final class Preempted {

    private final Evaluation outcome;
    private final List<Allocation> placed;

    /** Ids of preempted allocations whose successor is not placed yet. */
    private final Set<String> waiting;

    /**
     * Begins with the allocations that were preempted for the job before.
     *
     * @param outcome the evaluation as the plan leaves it
     * @param placed the new allocations of the plan
     */
    Preempted(Evaluation outcome, List<Allocation> placed) {
        this.outcome = outcome;
        this.placed = placed;
        this.waiting = new LinkedHashSet<>(outcome.getPreemptedAllocationIdsList());
    }

    /**
     * Names the new allocation on the same node as the reason for a preemption, or keeps the preempted id for later.
     */
    void displace(Allocation.Builder victim) {
        placedOn(victim.getNodeId())
                .ifPresentOrElse(
                        one -> victim.setPreemptedByAllocationId(one.getId()), () -> waiting.add(victim.getId()));
    }

    /** Names the new allocations for allocations that were preempted earlier on their nodes. */
    void tell(WriteTransaction transaction, Instant now) {
        if (placed.isEmpty()) {
            return;
        }
        for (String id : outcome.getPreemptedAllocationIdsList()) {
            transaction
                    .allocation(id)
                    .ifPresent(victim -> placedOn(victim.getNodeId()).ifPresent(one -> {
                        waiting.remove(id);
                        transaction.updateClient(victim.toBuilder()
                                .setPreemptedByAllocationId(one.getId())
                                .setModifyTime(ProtoTimes.toTimestampMillis(now))
                                .build());
                    }));
        }
    }

    /** Returns the evaluation with the ids that still wait; without ids once everything is placed. */
    Evaluation remembered() {
        Evaluation.Builder remembered = outcome.toBuilder().clearPreemptedAllocationIds();
        return outcome.getStatus() == EvaluationStatus.EVALUATION_STATUS_COMPLETE
                ? remembered.build()
                : remembered.addAllPreemptedAllocationIds(waiting).build();
    }

    private Optional<Allocation> placedOn(String nodeId) {
        return placed.stream().filter(one -> one.getNodeId().equals(nodeId)).findFirst();
    }
}
