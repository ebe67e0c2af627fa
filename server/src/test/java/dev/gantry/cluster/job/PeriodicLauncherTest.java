package dev.gantry.cluster.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.RefusedException;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Periodic;
import dev.gantry.v1.TaskGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeriodicLauncherTest {

    @TempDir
    Path dir;

    private ClusterFixture cluster;
    private PeriodicLauncher launcher;

    @BeforeEach
    void open() {
        cluster = new ClusterFixture(dir);
        launcher = launcher();
        cluster.store().listen(launcher::publish);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void a_child_is_made_each_time() {
        submit(Periodic.newBuilder().setCron("*/10 * * * *"));
        assertThat(launcher.next("nightly")).contains(cluster.clock().instant().plus(Duration.ofMinutes(10)));
        tick(Duration.ofMinutes(9));
        assertThat(children()).isEmpty();

        tick(Duration.ofMinutes(1));
        tick(Duration.ofSeconds(1));
        tick(Duration.ofMinutes(10));

        assertThat(children()).hasSize(2).allSatisfy(child -> {
            assertThat(child.getJob().getParentId()).isEqualTo("nightly");
            assertThat(child.getJob().hasPeriodic()).isFalse();
            assertThat(cluster.newestEvaluation(child.getJob().getId()).getTrigger())
                    .isEqualTo(EvaluationTrigger.EVALUATION_TRIGGER_PERIODIC);
        });
        assertThat(children().get(0).getJob().getId())
                .isEqualTo("nightly/periodic-"
                        + Instant.parse("2030-01-01T00:10:00Z").getEpochSecond());
    }

    @Test
    void a_disabled_job_runs_only_when_it_is_forced() throws Exception {
        submit(Periodic.newBuilder().setCron("*/10 * * * *").setDisabled(true));

        tick(Duration.ofMinutes(20));

        assertThat(launcher.next("nightly")).isEmpty();
        assertThat(children()).isEmpty();
        var unused = launcher.force("nightly", Optional.empty()).get();
        assertThat(children()).hasSize(1);
    }

    @Test
    void a_job_runs_at_the_times_of_each_of_its_expressions() {
        submit(Periodic.newBuilder().addCrons("0 3 * * *").addCrons("30 2 * * *"));

        tick(Duration.ofHours(3).minusSeconds(1));
        tick(Duration.ofSeconds(1));

        assertThat(children())
                .extracting(child -> child.getJob().getId())
                .containsExactlyInAnyOrder(childAt("2030-01-01T02:30:00Z"), childAt("2030-01-01T03:00:00Z"));
    }

    @Test
    void the_latest_launch_missed_while_no_server_ran_is_made_up_once() {
        submit(Periodic.newBuilder().setCron("0 * * * *"));
        cluster.pass(Duration.ofHours(5).plusMinutes(30));
        PeriodicLauncher next = launcher();
        next.load(cluster.store().reader());

        next.check();
        settle();
        next.check();
        settle();

        assertThat(children())
                .singleElement()
                .satisfies(child -> assertThat(child.getJob().getId())
                        .isEqualTo("nightly/periodic-"
                                + Instant.parse("2030-01-01T05:00:00Z").getEpochSecond()));
        PeriodicLauncher third = launcher();
        third.load(cluster.store().reader());
        third.check();
        settle();
        assertThat(children()).hasSize(1);
    }

    @Test
    void a_job_that_ran_while_the_clock_was_47_days_ahead_runs_on_schedule_once_it_is_set_back() {
        cluster.setClockAhead(Duration.ofDays(47));
        submit(Periodic.newBuilder().setCron("0 * * * *"));
        tick(Duration.ofHours(1));
        assertThat(children()).hasSize(1);

        cluster.setClockAhead(Duration.ZERO);
        tick(Duration.ofMinutes(1));
        assertThat(launcher.next("nightly")).contains(Instant.parse("2030-01-01T02:00:00Z"));
        tick(Duration.ofHours(1));
        assertThat(children()).hasSize(2);

        PeriodicLauncher next = launcher();
        cluster.setClockAhead(Duration.ofDays(-1));
        next.load(cluster.store().reader());
        assertThat(next.next("nightly")).contains(Instant.parse("2029-12-31T03:00:00Z"));
    }

    @Test
    void a_launch_is_skipped_while_an_earlier_child_runs_if_overlap_is_prohibited() {
        submit(Periodic.newBuilder().setCron("0 * * * *").setProhibitOverlap(true));
        tick(Duration.ofHours(1));
        JobRecord child = children().get(0);
        tick(Duration.ofHours(1));
        assertThat(children()).hasSize(1);
        assertThatThrownBy(() -> launcher.force("nightly", Optional.empty()).join())
                .hasCauseInstanceOf(RefusedException.class);

        cluster.jobs().stop(child.getJob().getId(), Optional.empty()).join();
        endEvaluation(child);
        tick(Duration.ofHours(1));

        assertThat(children()).hasSize(2);
    }

    @Test
    void a_forced_child_does_not_change_the_schedule() {
        submit(Periodic.newBuilder().setCron("0 * * * *"));
        Instant next = launcher.next("nightly").orElseThrow();

        Child first = launcher.force("nightly", Optional.empty()).join();
        Child second = launcher.force("nightly", Optional.empty()).join();

        assertThat(first.jobId()).isNotEqualTo(second.jobId());
        assertThat(children()).hasSize(2);
        assertThat(launcher.next("nightly")).contains(next);
    }

    @Test
    void forcing_again_with_the_same_request_id_returns_the_same_child() {
        submit(Periodic.newBuilder().setCron("0 * * * *").setProhibitOverlap(true));

        Child first = launcher.force("nightly", Optional.of("r1")).join();
        Child second = launcher.force("nightly", Optional.of("r1")).join();

        assertThat(second).isEqualTo(first);
        assertThat(children()).hasSize(1);
    }

    @Test
    void a_stopped_job_makes_no_children() {
        submit(Periodic.newBuilder().setCron("0 * * * *"));
        cluster.jobs().stop("nightly", Optional.empty()).join();

        tick(Duration.ofHours(2));

        assertThat(children()).isEmpty();
        assertThat(launcher.next("nightly")).isEmpty();
        assertThatThrownBy(() -> launcher.force("nightly", Optional.empty()).join())
                .hasMessageContaining("stopped");
    }

    private static String childAt(String time) {
        return "nightly/periodic-" + Instant.parse(time).getEpochSecond();
    }

    private void submit(Periodic.Builder periodic) {
        cluster.submit(Job.newBuilder()
                .setId("nightly")
                .setType(JobType.JOB_TYPE_BATCH)
                .setPeriodic(periodic)
                .addTaskGroups(TaskGroup.newBuilder().setName("web"))
                .build());
    }

    private void endEvaluation(JobRecord child) {
        cluster.store()
                .write(tx ->
                        tx.putEvaluation(cluster.newestEvaluation(child.getJob().getId()).toBuilder()
                                .setStatus(EvaluationStatus.EVALUATION_STATUS_COMPLETE)
                                .build()))
                .join();
    }

    private PeriodicLauncher launcher() {
        return new PeriodicLauncher(cluster.store(), cluster.evaluations(), cluster.clock());
    }

    private void tick(Duration passed) {
        cluster.pass(passed);
        launcher.check();
        settle();
    }

    private void settle() {
        cluster.store().write(tx -> null).join();
    }

    private List<JobRecord> children() {
        return cluster.store().reader().jobs().page("", "nightly/", 100);
    }
}
