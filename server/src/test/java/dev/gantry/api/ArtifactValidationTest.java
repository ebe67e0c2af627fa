package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Struct;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormat.ParseException;
import com.google.protobuf.Value;
import dev.gantry.cluster.job.Cron;
import dev.gantry.driver.rkt.RktConfigCheck;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.Artifact;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.TaskGroup;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactValidationTest {

    private static final String PATH = "task_groups[0].tasks[0].artifacts[0]";

    private final JobValidator validator = new JobValidator(List.of(new RktConfigCheck()), Cron::fault);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "source: 'https://example.com/a.tar.gz'",
                "source: 'https://example.com/a?archive=false' destination: 'local/x' mode: ARTIFACT_MODE_FILE",
                "source: 'git::https://example.com/a.git//dir' options { key: 'ref' value: 'v1' }",
                "source: '${meta.mirror}/a' destination: '${NOMAD_TASK_DIR}/x' options { key: 'checksum' value: '${meta.sum}' }",
                "source: 'https://example.com/${var.jobs/j.path}' headers { key: 'X' value: '${var.jobs/j.token}' }",
                "source: 'file:///srv/a' destination: '/secrets/x'",
                "source: 'https://example.com/a' chown: true",
            })
    void a_good_artifact_is_taken(String artifact) throws ParseException {
        assertThat(faults(artifact)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "destination: 'local'                                             | .source             | is missing",
                "source: 's3::https://example.com/a'                              | .source             | \"s3::https://example.com/a\" s3:: is not supported",
                "source: 'https:///a'                                             | .source             | has no host",
                "source: 'https://my_host/a'                                      | .source             | has a host with other characters",
                "source: 'https://example.com:65536/a'                            | .source             | or a port above 65535",
                "source: 'git::ssh://git@example.com/a'                           | .source             | use git::https://",
                "source: 'https://example.com/a' options { key: 'checksum' value: 'crc:1' } | .options.checksum | \"crc:1\" is no checksum",
                "source: 'git::https://example.com/a' options { key: 'sshkey' value: 'x' }  | .options.sshkey   | is a secret",
                "source: 'https://example.com/a' destination: '../x'              | .destination        | \"../x\" is not within",
                "source: 'https://example.com/a' destination: 'driver/x'          | .destination        | below local/ or secrets/",
                "source: 'https://example.com/a' headers { key: 'Host' value: 'x' } | .headers          | \"Host\" can't be set",
                "source: 'https://example.com/a' headers { key: 'a b' value: 'x' } | .headers           | is no name of a header",
                "source: 'https://example.com/a' headers { key: 'A' value: 'x\\ny' } | .headers.A       | has a control character",
                "source: 'git::https://example.com/${var.jobs/j.x}'               | .source             | use it in headers",
                "source: 'https://${var.jobs/j.host}/x'                           | .source             | errors and events name the server",
                "source: 'https://u@${var.jobs/j.host}:80/x'                      | .source             | errors and events name the server",
                "source: '${var.jobs/j.url}'                                      | .source             | errors and events name the server",
                "source: 'https://example.com/${var.jobs/other.x}'                | .source             | is not the job's to read",
                "source: 'https://example.com/a' options { key: 'x' value: '${var.jobs/j.x}' } | .options.x | can't stand here",
                "source: 'https://example.com/a' destination: '${var.jobs/j.x}'   | .destination        | can't stand here",
            })
    void a_fault_is_named_with_its_place_and_value(String artifact, String field, String description)
            throws ParseException {
        assertThat(faults(artifact)).singleElement().satisfies(fault -> {
            assertThat(fault.getField()).isEqualTo(PATH + field);
            assertThat(fault.getDescription()).contains(description);
        });
    }

    @Test
    void to_give_files_to_the_tasks_user_its_number_must_be_known() throws ParseException {
        Job named = job("source: 'https://example.com/a' chown: true").toBuilder()
                .setTaskGroups(0, group("source: 'https://example.com/a' chown: true", "www-data"))
                .build();

        assertThat(validator.check(named))
                .extracting(JobViolation::getField, JobViolation::getDescription)
                .containsExactly(
                        tuple(
                                PATH + ".chown",
                                "needs a user by number, since only the image knows the number of \"www-data\": set the task's user to one"));
    }

    @Test
    void a_task_has_64_artifacts_at_most() throws ParseException {
        TaskGroup.Builder group = group("source: 'https://example.com/a'", "1000").toBuilder();
        Artifact one = group.getTasks(0).getArtifacts(0);
        group.getTasksBuilder(0).addAllArtifacts(Collections.nCopies(64, one));

        assertThat(validator.check(job("").toBuilder().setTaskGroups(0, group).build()))
                .extracting(JobViolation::getDescription)
                .containsExactly("has 65 artifacts; the limit is 64");
    }

    @Test
    void a_policy_may_deny_artifacts() throws ParseException {
        assertThat(validator.features().of(job("source: 'https://example.com/a'")))
                .filteredOn(use -> use.feature() == AclJobFeature.ACL_JOB_FEATURE_ARTIFACTS)
                .singleElement()
                .satisfies(use -> assertThat(use.field()).isEqualTo(PATH));
    }

    private List<JobViolation> faults(String artifact) throws ParseException {
        return validator.check(job(artifact));
    }

    private static Job job(String artifact) throws ParseException {
        return Job.newBuilder()
                .setId("j")
                .addTaskGroups(group(artifact, "1000"))
                .build();
    }

    private static TaskGroup group(String artifact, String user) throws ParseException {
        TaskGroup.Builder group = TaskGroup.newBuilder().setName("g");
        group.addTasksBuilder()
                .setName("t")
                .setDriver("rkt")
                .setUser(user)
                .setConfig(Struct.newBuilder()
                        .putFields(
                                "image",
                                Value.newBuilder()
                                        .setStringValue("example.com/a")
                                        .build()))
                .addArtifacts(TextFormat.parse(artifact, Artifact.class));
        return group.build();
    }
}
