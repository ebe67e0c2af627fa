package dev.gantry.cluster.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import dev.gantry.v1.FieldDiff;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobDiffTest {

    private static final Job JOB = Job.newBuilder()
            .setId("web")
            .setType(JobType.JOB_TYPE_SERVICE)
            .addDatacenters("dc1")
            .putMeta("owner", "ops")
            .addTaskGroups(group("web", "image-1"))
            .addTaskGroups(group("db", "image-1"))
            .build();

    @Test
    void equal_jobs_do_not_differ() {
        assertThat(JobDiff.between(JOB, JOB)).isEmpty();
    }

    @Test
    void a_driver_setting_has_a_path_of_names() {
        Job changed = JOB.toBuilder().setTaskGroups(0, group("web", "image-2")).build();

        assertThat(JobDiff.between(JOB, changed))
                .containsExactly(diff("task_groups[\"web\"].tasks[\"main\"].config.image", "image-1", "image-2"));
    }

    @Test
    void a_moved_list_element_is_no_change() {
        Job moved = JOB.toBuilder()
                .clearTaskGroups()
                .addTaskGroups(JOB.getTaskGroups(1))
                .addTaskGroups(JOB.getTaskGroups(0))
                .build();

        assertThat(JobDiff.between(JOB, moved)).isEmpty();
    }

    @Test
    void an_added_field_has_no_old_value_and_a_removed_one_no_new_value() {
        Job changed = JOB.toBuilder()
                .clearMeta()
                .putMeta("team", "red")
                .addDatacenters("dc2")
                .build();

        List<FieldDiff> found = JobDiff.between(JOB, changed);

        assertThat(found)
                .containsExactly(
                        FieldDiff.newBuilder()
                                .setField("datacenters[1]")
                                .setAfter("dc2")
                                .build(),
                        FieldDiff.newBuilder()
                                .setField("meta.team")
                                .setAfter("red")
                                .build(),
                        FieldDiff.newBuilder()
                                .setField("meta.owner")
                                .setBefore("ops")
                                .build());
    }

    @Test
    void a_key_that_is_no_identifier_is_quoted() {
        Job changed = JOB.toBuilder().putMeta("my.key", "red").build();

        assertThat(JobDiff.between(JOB, changed))
                .containsExactly(FieldDiff.newBuilder()
                        .setField("meta[\"my.key\"]")
                        .setAfter("red")
                        .build());
    }

    @Test
    void enums_and_durations_are_formatted_in_words() {
        Job changed = JOB.toBuilder().setType(JobType.JOB_TYPE_BATCH).build();
        TaskGroup.Builder group = changed.getTaskGroups(0).toBuilder();
        group.getTasksBuilder(0).setKillTimeout(Durations.fromSeconds(90));

        assertThat(JobDiff.between(
                        JOB, changed.toBuilder().setTaskGroups(0, group).build()))
                .containsExactly(
                        diff("type", "JOB_TYPE_SERVICE", "JOB_TYPE_BATCH"),
                        FieldDiff.newBuilder()
                                .setField("task_groups[\"web\"].tasks[\"main\"].kill_timeout")
                                .setAfter("90s")
                                .build());
    }

    private static TaskGroup group(String name, String image) {
        return TaskGroup.newBuilder()
                .setName(name)
                .addTasks(Task.newBuilder()
                        .setName("main")
                        .setConfig(Struct.newBuilder()
                                .putFields(
                                        "image",
                                        Value.newBuilder().setStringValue(image).build())))
                .build();
    }

    private static FieldDiff diff(String field, String before, String after) {
        return FieldDiff.newBuilder()
                .setField(field)
                .setBefore(before)
                .setAfter(after)
                .build();
    }
}
