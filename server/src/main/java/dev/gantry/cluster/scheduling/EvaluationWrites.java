package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.FailureLog;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.Store;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores evaluations that have no plan: new ones, and failed ones. Repeats each write until the store takes it. */
final class EvaluationWrites {

    private static final Logger LOG = LoggerFactory.getLogger(EvaluationWrites.class);

    private static final long RETRY_MILLIS = 500;

    /** When a job is evaluated again after an evaluation failed; Nomad waits between one and ten minutes. */
    private static final Duration FOLLOW_UP_WAIT = Duration.ofMinutes(5);

    private final Store store;
    private final Evaluations evaluations;
    private final Clocks clocks;
    private final ScheduledExecutorService executor;

    EvaluationWrites(Store store, Evaluations evaluations, Clocks clocks, ScheduledExecutorService executor) {
        this.store = store;
        this.evaluations = evaluations;
        this.clocks = clocks;
        this.executor = executor;
    }

    /** Queues an evaluation of a job, if the job is still stored. Never blocks. */
    void queue(String jobId, EvaluationTrigger trigger) {
        Instant now = clocks.wall().instant();
        write(
                transaction -> evaluations.queueAll(transaction, Stream.of(jobId), trigger, now),
                "Job %s was not evaluated when its time came; it is tried again".formatted(jobId),
                () -> queue(jobId, trigger));
    }

    /** Marks an evaluation as failed, if it is still open; its job is evaluated again later. Never blocks. */
    void fail(Evaluation evaluation, String description) {
        fail(evaluation, description, clocks.wall().instant().plus(FOLLOW_UP_WAIT));
    }

    private void fail(Evaluation evaluation, String description, Instant followUp) {
        write(
                transaction -> transaction
                        .evaluation(evaluation.getId())
                        .filter(PlanWriter::isOpen)
                        .ifPresent(open -> transaction.putEvaluation(open.toBuilder()
                                .setStatus(EvaluationStatus.EVALUATION_STATUS_FAILED)
                                .setStatusDescription(description)
                                .setFollowUpTime(ProtoTimes.toTimestampMillis(followUp))
                                .build())),
                "Can't store that evaluation %s has failed; it is tried again".formatted(evaluation.getId()),
                () -> fail(evaluation, description));
    }

    private void write(Consumer<WriteTransaction> write, String consequence, Runnable retry) {
        store.write(transaction -> {
                    write.accept(transaction);
                    return null;
                })
                .exceptionally(failure -> {
                    FailureLog.tell(LOG, consequence, failure);
                    var unused = executor.schedule(retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
                    return null;
                });
    }
}
