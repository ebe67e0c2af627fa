package dev.gantry.cluster.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EvaluationQueueTest {

    private final EvaluationQueue queue = new EvaluationQueue();

    @Test
    void higher_priority_comes_first_then_the_older_evaluation() {
        queue.put(pending("e1", "low", 1), 10);
        queue.put(pending("e3", "young", 3), 50);
        queue.put(pending("e2", "old", 2), 50);

        assertThat(drain()).containsExactly("e2", "e3", "e1");
    }

    @Test
    void a_newer_evaluation_replaces_the_older_one_of_its_job() {
        queue.put(pending("e1", "web", 1), 50);
        queue.put(pending("e2", "web", 2), 50);
        queue.put(pending("e1", "web", 1), 50);

        assertThat(drain()).containsExactly("e2");
    }

    @Test
    void an_older_one_that_is_canceled_leaves_the_newer_one() {
        queue.put(pending("e2", "web", 2), 50);
        queue.put(with(pending("e1", "web", 1), EvaluationStatus.EVALUATION_STATUS_CANCELED), 50);

        assertThat(drain()).containsExactly("e2");
    }

    @Test
    void a_complete_evaluation_is_no_longer_waiting() {
        queue.put(pending("e1", "web", 1), 50);
        queue.put(with(pending("e1", "web", 1), EvaluationStatus.EVALUATION_STATUS_COMPLETE), 50);

        assertThat(drain()).isEmpty();
    }

    @Test
    void a_blocked_evaluation_waits_for_a_retry_in_its_order() {
        queue.put(blocked("e1", "web", 1), 50);
        queue.put(pending("e2", "db", 2), 50);
        assertThat(drain()).containsExactly("e2");

        queue.put(pending("e3", "db", 3), 50);
        queue.retryBlocked();
        assertThat(drain()).containsExactly("e1", "e3");
    }

    @Test
    void a_blocked_evaluation_of_a_job_that_was_submitted_again_is_forgotten() {
        queue.put(blocked("e1", "web", 1), 50);
        queue.put(pending("e2", "web", 2), 50);
        queue.retryBlocked();

        assertThat(drain()).containsExactly("e2");
    }

    @Test
    void jobs_with_plans_in_flight_are_skipped() {
        queue.put(pending("e1", "web", 1), 50);
        queue.put(pending("e2", "db", 2), 50);

        assertThat(queue.poll(Set.of("web"))).map(Evaluation::getId).contains("e2");
        assertThat(queue.poll(Set.of("web"))).isEmpty();
        assertThat(drain()).containsExactly("e1");
    }

    @Test
    void a_retry_does_not_replace_a_newer_evaluation() {
        queue.put(pending("e2", "web", 2), 50);
        queue.retry(pending("e1", "web", 1), 50);

        assertThat(drain()).containsExactly("e2");
    }

    private List<String> drain() {
        List<String> ids = new ArrayList<>();
        Optional<Evaluation> next = queue.poll(Set.of());
        while (next.isPresent()) {
            ids.add(next.get().getId());
            next = queue.poll(Set.of());
        }
        return ids;
    }

    private static Evaluation pending(String id, String jobId, long createIndex) {
        return Evaluation.newBuilder()
                .setId(id)
                .setJobId(jobId)
                .setCreateIndex(createIndex)
                .setStatus(EvaluationStatus.EVALUATION_STATUS_PENDING)
                .build();
    }

    private static Evaluation blocked(String id, String jobId, long createIndex) {
        return with(pending(id, jobId, createIndex), EvaluationStatus.EVALUATION_STATUS_BLOCKED);
    }

    private static Evaluation with(Evaluation evaluation, EvaluationStatus status) {
        return evaluation.toBuilder().setStatus(status).build();
    }
}
