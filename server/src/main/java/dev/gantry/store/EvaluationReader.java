package dev.gantry.store;

import static dev.gantry.store.schema.Tables.EVALUATION;
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
import org.jooq.Record1;

/** Questions about evaluations. */
public final class EvaluationReader {

    private static final short FAILED = (short) EvaluationStatus.EVALUATION_STATUS_FAILED_VALUE;

    private static final List<Short> WAITING = List.of((short) EvaluationStatus.EVALUATION_STATUS_PENDING_VALUE, (short)
            EvaluationStatus.EVALUATION_STATUS_BLOCKED_VALUE);

    private final DSLContext dsl;

    EvaluationReader(DSLContext dsl) {
        this.dsl = dsl;
    }

    /**
     * One evaluation.
     *
     * @param id its id
     * @return the evaluation; empty if it is not known
     */
    public Optional<Evaluation> find(String id) {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.ROW_KEY.eq(RowKey.first(id)))
                .fetchOptional(EvaluationReader::toEvaluation)
                .filter(evaluation -> evaluation.getId().equals(id));
    }

    /**
     * The evaluations that a person may mean.
     *
     * @param prefix an id or the begin of one
     * @return the evaluations, at most two: more than one is one too many already
     */
    public List<Evaluation> findLike(String prefix) {
        return dsl
                .select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.ROW_KEY.between(RowKey.first(prefix), RowKey.last(prefix)))
                .limit(2)
                .fetch(EvaluationReader::toEvaluation)
                .stream()
                .filter(evaluation -> evaluation.getId().startsWith(prefix))
                .toList();
    }

    /**
     * The newest evaluation of a job.
     *
     * @param jobId the job
     * @return the evaluation; empty if the job is not known
     */
    public Optional<Evaluation> newestOf(String jobId) {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.JOB_ID.eq(jobId))
                .orderBy(EVALUATION.CREATE_INDEX.desc())
                .limit(1)
                .fetchOptional(EvaluationReader::toEvaluation);
    }

    /**
     * A page of the evaluations of a job, newest first.
     *
     * @param jobId the job
     * @param beforeCreateIndex only those with this create_index or a smaller one
     * @param beforeId and, of this create_index, only ids less than this one
     * @param limit at most this many
     * @return the evaluations
     */
    public List<Evaluation> page(String jobId, long beforeCreateIndex, String beforeId, int limit) {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.JOB_ID.eq(jobId))
                .and(row(EVALUATION.CREATE_INDEX, EVALUATION.ROW_KEY).lt(beforeCreateIndex, RowKey.first(beforeId)))
                .orderBy(EVALUATION.CREATE_INDEX.desc(), EVALUATION.ROW_KEY.desc())
                .limit(limit)
                .fetch(EvaluationReader::toEvaluation);
    }

    /**
     * The evaluations of a job that changed since.
     *
     * @param jobId the job
     * @param after only those behind this
     * @param limit at most this many
     * @return the evaluations in the order in which they changed
     */
    public List<Evaluation> changed(String jobId, ChangeCursor after, int limit) {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(EVALUATION.JOB_ID.eq(jobId))
                .and(after.isBeforeKey(EVALUATION.MODIFY_INDEX, EVALUATION.ROW_KEY))
                .orderBy(EVALUATION.MODIFY_INDEX, EVALUATION.ROW_KEY)
                .limit(limit)
                .fetch(EvaluationReader::toEvaluation);
    }

    /**
     * The evaluations in some state.
     *
     * @param statuses the states
     * @return the evaluations in the order in which they changed
     */
    public List<Evaluation> in(EvaluationStatus... statuses) {
        return fetch(EVALUATION.STATUS.in(Arrays.stream(statuses)
                .map(status -> (short) status.getNumber())
                .toList()));
    }

    /**
     * The evaluations that have failed and are the newest of their jobs, which are therefore to be looked at again.
     *
     * @return the evaluations in the order in which they changed
     */
    public List<Evaluation> toFollowUp() {
        return fetch(isToFollowUp());
    }

    /** Evaluations that are not at their end: pending, blocked, or failed with a follow-up to come. */
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
     * The evaluations of one job in some state.
     *
     * @param jobId the job
     * @param statuses the states
     * @return the evaluations in the order in which they changed
     */
    public List<Evaluation> of(String jobId, EvaluationStatus... statuses) {
        return fetch(EVALUATION
                .JOB_ID
                .eq(jobId)
                .and(EVALUATION.STATUS.in(Arrays.stream(statuses)
                        .map(status -> (short) status.getNumber())
                        .toList())));
    }

    /** Of all evaluations; empty if there is none. */
    Optional<String> greatestId() {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .orderBy(EVALUATION.ROW_KEY.desc())
                .limit(1)
                .fetchOptional(row -> toEvaluation(row).getId());
    }

    private List<Evaluation> fetch(Condition condition) {
        return dsl.select(EVALUATION.MESSAGE)
                .from(EVALUATION)
                .where(condition)
                .orderBy(EVALUATION.MODIFY_INDEX)
                .fetch(EvaluationReader::toEvaluation);
    }

    private static Evaluation toEvaluation(Record1<byte[]> message) {
        return Messages.parse(Evaluation.parser(), message.value1());
    }
}
