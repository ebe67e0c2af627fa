package dev.gantry.cluster;

import com.google.protobuf.util.Timestamps;
import dev.gantry.model.AllocationLife;
import dev.gantry.scheduler.Placement;
import dev.gantry.scheduler.Stop;
import dev.gantry.store.Store;
import dev.gantry.store.StoreOverloadedException;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.NodeStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a plan true: allocations, their ports, what is stopped and the evaluation's end, in one transaction. */
final class PlanWriter {

    /** What became of a plan. */
    enum Outcome {
        /** It is on disk. */
        WRITTEN,
        /** A newer evaluation has taken the place of its own; nothing was written. */
        OBSOLETE,
        /** One of its nodes is not ready any more; nothing was written. */
        REJECTED,
        /** The store has too much to write; nothing was written. */
        OVERLOADED,
        /** The store failed. */
        FAILED
    }

    private static final Logger LOG = LoggerFactory.getLogger(PlanWriter.class);

    private final Store store;
    private final Identifiers identifiers;
    private final InstantSource clock;

    PlanWriter(Store store, Identifiers identifiers, InstantSource clock) {
        this.store = store;
        this.identifiers = identifiers;
        this.clock = clock;
    }

    /** The allocation that a placement stands for. */
    Allocation allocate(Evaluation evaluation, Placement placement) {
        var now = Timestamps.fromMillis(clock.instant().toEpochMilli());
        return Allocation.newBuilder()
                .setId(identifiers.next())
                .setName("%s.%s[%d]".formatted(evaluation.getJobId(), placement.taskGroup(), placement.index()))
                .setJobId(evaluation.getJobId())
                .setJobVersion(evaluation.getJobVersion())
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
                .build();
    }

    /** Writes a plan; the future does not fail. */
    CompletableFuture<Outcome> write(Evaluation evaluation, List<Allocation> placed, List<Stop> stops) {
        Set<String> nodes = placed.stream().map(Allocation::getNodeId).collect(Collectors.toSet());
        return store.write(transaction -> {
                    if (!isCurrent(transaction, evaluation)) {
                        return Outcome.OBSOLETE;
                    }
                    if (transaction.reader().countNodes(nodes, NodeStatus.NODE_STATUS_READY) < nodes.size()) {
                        return Outcome.REJECTED;
                    }
                    placed.forEach(transaction::insertAllocation);
                    stops.forEach(stop -> stop(transaction, stop));
                    transaction.putEvaluation(evaluation);
                    return Outcome.WRITTEN;
                })
                .exceptionally(failure -> outcome(evaluation, failure));
    }

    private static Outcome outcome(Evaluation evaluation, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof StoreOverloadedException) {
            return Outcome.OVERLOADED;
        }
        LOG.warn("A plan for job {} was not written; it is made anew", evaluation.getJobId(), cause);
        return Outcome.FAILED;
    }

    private static boolean isCurrent(WriteTransaction transaction, Evaluation evaluation) {
        return transaction
                .reader()
                .evaluation(evaluation.getId())
                .filter(stored -> stored.getStatus() == EvaluationStatus.EVALUATION_STATUS_PENDING
                        || stored.getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                .isPresent();
    }

    /** Reads it anew, since the node may have spoken of it after the plan was made. */
    private void stop(WriteTransaction transaction, Stop stop) {
        transaction
                .reader()
                .allocation(stop.allocation().getId())
                .filter(AllocationLife::isWanted)
                .ifPresent(allocation -> transaction.updateDesired(allocation.toBuilder()
                        .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                        .setDescription(stop.reason())
                        .setModifyTime(Timestamps.fromMillis(clock.instant().toEpochMilli()))
                        .build()));
    }
}
