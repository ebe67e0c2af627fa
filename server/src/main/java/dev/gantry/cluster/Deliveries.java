package dev.gantry.cluster;

import dev.gantry.v1.Evaluation;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts how often each evaluation was looked at in vain, up to Nomad's delivery limit.
 *
 * <p>Owned by the thread of the {@link EvaluationLoop}.
 */
final class Deliveries {

    /** As Nomad's eval_delivery_limit. */
    static final int LIMIT = 3;

    private record Count(String evaluationId, int failures) {}

    private final Map<String, Count> byJob = new HashMap<>();

    /** Counts a failure; returns how many there were of this evaluation. */
    int fail(Evaluation evaluation) {
        return byJob.merge(
                        evaluation.getJobId(),
                        new Count(evaluation.getId(), 1),
                        (known, one) -> known.evaluationId().equals(one.evaluationId())
                                ? new Count(one.evaluationId(), known.failures() + 1)
                                : one)
                .failures();
    }

    /** Returns true if an earlier try of an evaluation has failed. */
    boolean hasFailed(Evaluation evaluation) {
        Count known = byJob.get(evaluation.getJobId());
        return known != null && known.evaluationId().equals(evaluation.getId());
    }

    /** Forgets the failures of a job's evaluation, which has come to an end. */
    void end(Evaluation evaluation) {
        byJob.remove(evaluation.getJobId());
    }
}
