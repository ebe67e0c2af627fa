package dev.gantry.cluster.gc;

import static dev.gantry.store.TestIds.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.job.SubmissionOptions;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarbageCollectorTest {

    @TempDir
    Path dir;

    private ClusterFixture cluster;
    private GarbageCollector collector;

    @BeforeEach
    void open() {
        cluster = new ClusterFixture(dir);
        collector = new GarbageCollector(cluster.store(), GarbageThresholds.DEFAULT, cluster.clocks());
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void evaluations_are_deleted_an_hour_after_they_ended() {
        submit("a", 1);
        String first = cluster.newestEvaluation("a").getId();
        submit("a", 2);
        collector.collect();
        cluster.pass(Duration.ofMinutes(59));
        collector.collect();
        assertThat(cluster.store().reader().evaluations().find(first)).isPresent();

        cluster.pass(Duration.ofMinutes(1));
        collector.collect();

        assertThat(cluster.store().reader().evaluations().find(first)).isEmpty();
        assertThat(cluster.newestEvaluation("a")).isNotNull();
    }

    @Test
    void a_new_server_counts_ages_from_its_start() {
        submit("a", 1);
        String first = cluster.newestEvaluation("a").getId();
        submit("a", 2);
        cluster.pass(Duration.ofDays(1));

        collector.collect();

        assertThat(cluster.store().reader().evaluations().find(first)).isPresent();
    }

    @Test
    void on_request_what_has_ended_is_deleted_whatever_its_age_but_no_request_id() {
        submit("a", 1);
        String first = cluster.newestEvaluation("a").getId();
        submit("a", 2);
        submit("dead", 1);
        cluster.jobs().stop("dead", Optional.empty()).join();
        end(cluster.newestEvaluation("dead"));

        Collected collected = collector.collectAll();

        assertThat(collected.evaluations()).isPositive();
        assertThat(collected.jobs()).isOne();
        assertThat(cluster.store().reader().evaluations().find(first)).isEmpty();
        assertThat(cluster.newestEvaluation("a")).isNotNull();
        assertThat(cluster.store().reader().submission("a-1")).isPresent();
        assertThat(collector.collectAll()).isEqualTo(new Collected(0, 0, 0, 0, 0, 0));
    }

    @Test
    void a_request_can_be_repeated_for_a_day() {
        submit("a", 1);
        cluster.pass(Duration.ofHours(24));
        collector.collect();
        assertThat(cluster.store().reader().submission("a-1")).isPresent();

        cluster.pass(Duration.ofMillis(1));
        collector.collect();

        assertThat(cluster.store().reader().submission("a-1")).isEmpty();
    }

    @Test
    void setting_the_clock_makes_no_request_id_old() {
        submit("a", 1);
        cluster.setClockAhead(Duration.ofDays(47));
        collector.collect();
        assertThat(cluster.store().reader().submission("a-1")).isPresent();

        collector = new GarbageCollector(cluster.store(), GarbageThresholds.DEFAULT, cluster.clocks());
        cluster.setClockAhead(Duration.ZERO);
        collector.collect();
        assertThat(cluster.store().reader().submission("a-1")).isPresent();
    }

    @Test
    void six_versions_are_kept() {
        for (int priority = 1; priority <= 8; priority++) {
            submit("a", priority);
        }

        collector.collect();

        assertThat(cluster.store().reader().jobs().versions("a", Long.MAX_VALUE, 100))
                .hasSize(6);
    }

    @Test
    void a_batch_job_that_waits_longer_than_dead_jobs_are_kept_is_not_deleted() {
        cluster.submit(
                Job.newBuilder().setId("a").setType(JobType.JOB_TYPE_BATCH).build());
        cluster.insert(ClusterFixture.allocation(id("a1"), cluster.job("a"), 0).toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                .setNextRescheduleTime(
                        ProtoTimes.toTimestampMillis(cluster.clock().instant().plus(Duration.ofHours(10))))
                .build());
        end(cluster.newestEvaluation("a"));

        collector.collect();
        cluster.pass(Duration.ofHours(9));
        collector.collect();

        assertThat(cluster.store().reader().jobs().find("a")).isPresent();
        assertThat(cluster.store().reader().allocations().find(id("a1"))).isPresent();
    }

    @Test
    void dead_jobs_are_deleted_after_their_threshold() {
        GarbageThresholds shorter = new GarbageThresholds(
                Duration.ofHours(1),
                Duration.ofHours(1),
                Duration.ofMinutes(2),
                Duration.ofDays(1),
                Duration.ofDays(1),
                50,
                6);
        collector = new GarbageCollector(cluster.store(), shorter, cluster.clocks());
        submit("a", 1);
        cluster.jobs().stop("a", Optional.empty()).join();
        end(cluster.newestEvaluation("a"));

        collector.collect();
        cluster.pass(Duration.ofMinutes(1));
        collector.collect();
        assertThat(cluster.store().reader().jobs().find("a")).isPresent();
        cluster.pass(Duration.ofMinutes(1));
        collector.collect();

        assertThat(cluster.store().reader().jobs().find("a")).isEmpty();
    }

    @Test
    void nodes_are_deleted_a_day_after_they_went_down_and_ready_nodes_never() {
        collector.collect();
        cluster.pass(Duration.ofDays(2));
        collector.collect();
        assertThat(cluster.store().reader().nodes().find(ClusterFixture.NODE)).isPresent();

        cluster.nodes().markDown(List.of(ClusterFixture.NODE), nodeId -> true).join();
        collector.collect();
        cluster.pass(Duration.ofHours(23));
        collector.collect();
        assertThat(cluster.store().reader().nodes().find(ClusterFixture.NODE)).isPresent();
        cluster.pass(Duration.ofHours(1));
        collector.collect();

        assertThat(cluster.store().reader().nodes().find(ClusterFixture.NODE)).isEmpty();
    }

    private void end(Evaluation evaluation) {
        cluster.store()
                .write(tx -> tx.putEvaluation(evaluation.toBuilder()
                        .setStatus(EvaluationStatus.EVALUATION_STATUS_COMPLETE)
                        .build()))
                .join();
    }

    private void submit(String id, int priority) {
        cluster.jobs()
                .submit(
                        Job.newBuilder().setId(id).setPriority(priority).build(),
                        new SubmissionOptions(Optional.of(id + "-" + priority), OptionalLong.empty()))
                .join();
    }
}
