package dev.gantry.cluster.scheduling;

import dev.gantry.v1.Evaluation;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the failed attempts of each evaluation, up to Nomad's delivery limit.
 *
 * <p>Owned by the thread of the {@link EvaluationLoop}.
 */
final class Deliveries {

    /** The most attempts of an evaluation, as Nomad's eval_delivery_limit. */
    static final int LIMIT = 3;

    private record Count(String evaluationId, int failures) {}

    private final Map<String, Count> byJob = new HashMap<>();

    /** Counts a failed attempt and returns how many this evaluation has had. */
    int fail(Evaluation evaluation) {
        return byJob.merge(
                        evaluation.getJobId(),
                        new Count(evaluation.getId(), 1),
                        (known, one) -> known.evaluationId().equals(one.evaluationId())
                                ? new Count(one.evaluationId(), known.failures() + 1)
                                : one)
                .failures();
    }

    /** Returns true if an attempt of the evaluation has failed. */
    boolean hasFailed(Evaluation evaluation) {
        Count known = byJob.get(evaluation.getJobId());
        return known != null && known.evaluationId().equals(evaluation.getId());
    }

    /** Drops the count of the job's evaluation, which has ended. */
    void end(Evaluation evaluation) {
        byJob.remove(evaluation.getJobId());
    }
}
