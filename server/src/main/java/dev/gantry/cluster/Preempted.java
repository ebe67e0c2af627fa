package dev.gantry.cluster;

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
 * Lets allocations that have to go for others know for which. Those others can often not be placed before the room is
 * free: until then, the evaluation that waits for it remembers what had to go, beyond the end of the server too.
 *
 * <p>Made for the writing of one plan, within its transaction.
 */
final class Preempted {

    private final Evaluation outcome;
    private final List<Allocation> placed;

    /** Ids of those of which it is not known yet. */
    private final Set<String> waiting;

    /**
     * Takes up what had to go for a job before.
     *
     * @param outcome the evaluation as the plan leaves it
     * @param placed what the plan places
     */
    Preempted(Evaluation outcome, List<Allocation> placed) {
        this.outcome = outcome;
        this.placed = placed;
        this.waiting = new LinkedHashSet<>(outcome.getPreemptedAllocationIdsList());
    }

    /** Says of an allocation that is being stopped for which it goes, or remembers that this is to be said. */
    void displace(Allocation.Builder victim) {
        placedOn(victim.getNodeId())
                .ifPresentOrElse(
                        one -> victim.setPreemptedByAllocationId(one.getId()), () -> waiting.add(victim.getId()));
    }

    /** Says it of those that went before, where something is placed now. */
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
                                .setModifyTime(Times.toTimestamp(now))
                                .build());
                    }));
        }
    }

    /** The evaluation with those of which it is not known yet; once all is placed, nobody waits for it. */
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
