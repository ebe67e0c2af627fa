package dev.gantry.cluster.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VersionRuleTest {

    private static final Job JOB = Job.newBuilder().setId("web").setPriority(50).build();
    private static final JobRecord STORED =
            JobRecord.newBuilder().setJob(JOB).setVersion(4).build();

    @Test
    void the_first_version_is_0() {
        assertThat(VersionRule.version(Optional.empty(), JOB, false)).isZero();
    }

    @Test
    void an_unchanged_job_keeps_its_version() {
        assertThat(VersionRule.version(Optional.of(STORED), JOB, false)).isEqualTo(4);
    }

    @Test
    void a_changed_job_makes_the_next_version() {
        Job changed = JOB.toBuilder().setPriority(60).build();

        assertThat(VersionRule.version(Optional.of(STORED), changed, false)).isEqualTo(5);
    }

    @Test
    void an_unchanged_job_makes_the_next_version_if_one_of_its_allocations_has_failed() {
        assertThat(VersionRule.version(Optional.of(STORED), JOB, true)).isEqualTo(5);
    }

    @Test
    void an_unchanged_job_makes_the_next_version_if_it_was_stopped() {
        JobRecord stopped = STORED.toBuilder().setStopped(true).build();

        assertThat(VersionRule.version(Optional.of(stopped), JOB, false)).isEqualTo(5);
    }
}
