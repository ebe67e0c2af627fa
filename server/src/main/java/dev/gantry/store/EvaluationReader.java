package dev.gantry.store;

import static dev.gantry.store.schema.Tables.EVALUATION;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;

import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;

/** Queries about evaluations. */
public final class EvaluationReader {

    private static final short FAILED = (short) EvaluationStatus.EVALUATION_STATUS_FAILED_VALUE;

    private static final List<Short> WAITING = List.of((short) EvaluationStatus.EVALUATION_STATUS_PENDING_VALUE, (short)
            EvaluationStatus.EVALUATION_STATUS_BLOCKED_VALUE);

    private final MessageTable<Evaluation> messages;

    EvaluationReader(DSLContext dsl) {
        this.messages = new MessageTable<>(dsl, EVALUATION, EVALUATION.MESSAGE, Evaluation.parser());
    }

    /**
     * Finds an evaluation.
     *
     * @param id the full id
     * @return the evaluation; empty if it is not stored
     */
    public Optional<Evaluation> find(String id) {
        return messages.find(EVALUATION.ROW_KEY.eq(RowKey.ofAny(id)))
                .filter(evaluation -> evaluation.getId().equals(id));
    }

    /**
     * Finds the evaluations whose id begins with a prefix.
     *
     * @param prefix an id or its beginning
     * @return at most two evaluations: two are enough to know that the prefix is ambiguous
     */
    public List<Evaluation> findLike(String prefix) {
        return messages.like(EVALUATION.ROW_KEY, prefix, Evaluation::getId);
    }

    /**
     * Finds the newest evaluation of a job.
     *
     * @param jobId the job
     * @return the evaluation; empty if the job has none
     */
    public Optional<Evaluation> newestOf(String jobId) {
        return messages.first(EVALUATION.JOB_ID.eq(jobId), EVALUATION.CREATE_INDEX.desc());
    }

    /**
     * Returns a page of a job's evaluations, newest first.
     *
     * @param jobId the job
     * @param beforeCreateIndex only evaluations with this create_index or a smaller one
     * @param beforeId of those with this create_index, only ids less than this one
     * @param limit the most evaluations to return
     * @return the evaluations
     */
    public List<Evaluation> page(String jobId, long beforeCreateIndex, String beforeId, int limit) {
        return messages.list(
                EVALUATION
                        .JOB_ID
                        .eq(jobId)
                        .and(row(EVALUATION.CREATE_INDEX, EVALUATION.ROW_KEY)
                                .lt(beforeCreateIndex, RowKey.ofAny(beforeId))),
                limit,
                EVALUATION.CREATE_INDEX.desc(),
                EVALUATION.ROW_KEY.desc());
    }

    /**
     * Returns the evaluations of a job that changed after a cursor.
     *
     * @param jobId the job
     * @param after the cursor
     * @param limit the most evaluations to return
     * @return the evaluations in the order of their changes
     */
    public List<Evaluation> changed(String jobId, ChangeCursor after, int limit) {
        return messages.list(
                EVALUATION.JOB_ID.eq(jobId).and(after.isBeforeKey(EVALUATION.MODIFY_INDEX, EVALUATION.ROW_KEY)),
                limit,
                EVALUATION.MODIFY_INDEX,
                EVALUATION.ROW_KEY);
    }

    /**
     * Returns the evaluations with some statuses.
     *
     * @param statuses the statuses
     * @return the evaluations in the order of their changes
     */
    public List<Evaluation> in(EvaluationStatus... statuses) {
        return fetch(EVALUATION.STATUS.in(Arrays.stream(statuses)
                .map(status -> (short) status.getNumber())
                .toList()));
    }

    /**
     * Returns the failed evaluations that are the newest of their jobs: these jobs are to be evaluated again.
     *
     * @return the evaluations in the order of their changes
     */
    public List<Evaluation> toFollowUp() {
        return fetch(isToFollowUp());
    }

    /** Returns the condition for evaluations that are pending, blocked, or failed with a follow-up. */
    static Condition isOpen() {
        return EVALUATION.STATUS.in(WAITING).or(isToFollowUp());
    }

    private static Condition isToFollowUp() {
        var newer = EVALUATION.as("newer");
        return EVALUATION
                .STATUS
                .eq(FAILED)
                .and(notExists(select(newer.ROW_KEY)
                        .from(newer)
                        .where(newer.JOB_ID.eq(EVALUATION.JOB_ID))
                        .and(newer.CREATE_INDEX.gt(EVALUATION.CREATE_INDEX))));
    }

    /**
     * Returns the evaluations of a job with some statuses.
     *
     * @param jobId the job
     * @param statuses the statuses
     * @return the evaluations in the order of their changes
     */
    public List<Evaluation> of(String jobId, EvaluationStatus... statuses) {
        return fetch(EVALUATION
                .JOB_ID
                .eq(jobId)
                .and(EVALUATION.STATUS.in(Arrays.stream(statuses)
                        .map(status -> (short) status.getNumber())
                        .toList())));
    }

    /** Returns the greatest id of all evaluations; empty if there is none. */
    Optional<String> greatestId() {
        return messages.first(noCondition(), EVALUATION.ROW_KEY.desc()).map(Evaluation::getId);
    }

    private List<Evaluation> fetch(Condition condition) {
        return messages.all(condition, EVALUATION.MODIFY_INDEX);
    }
}
