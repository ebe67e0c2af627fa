package dev.gantry.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import org.junit.jupiter.api.Test;

class JobDefaultsTest {

    private static final Job SPARSE = Job.newBuilder()
            .setId("web")
            .addConstraints(
                    Constraint.newBuilder().setAttribute("${attr.kernel.name}").setValue("linux"))
            .addTaskGroups(TaskGroup.newBuilder()
                    .setName("front")
                    .addTasks(Task.newBuilder()
                            .setName("nginx")
                            .addServices(Service.newBuilder().setPort("http"))))
            .build();

    @Test
    void a_sparse_job_gets_nomads_defaults() {
        Job whole = JobDefaults.apply(SPARSE);

        assertThat(whole.getName()).isEqualTo("web");
        assertThat(whole.getType()).isEqualTo(JobType.JOB_TYPE_SERVICE);
        assertThat(whole.getPriority()).isEqualTo(50);
        assertThat(whole.getConstraints(0).getOperator()).isEqualTo("=");
        assertThat(whole.getTaskGroups(0).getCount()).isEqualTo(1);
        Task task = whole.getTaskGroups(0).getTasks(0);
        assertThat(task.getResources().getCpu()).isEqualTo(100);
        assertThat(task.getResources().getMemoryMib()).isEqualTo(300);
        assertThat(task.getServices(0).getName()).isEqualTo("web-front-nginx");
    }

    @Test
    void a_count_of_zero_is_not_taken_for_a_missing_one() {
        Job none = Job.newBuilder()
                .addTaskGroups(TaskGroup.newBuilder().setCount(0))
                .build();

        assertThat(JobDefaults.apply(none).getTaskGroups(0).getCount()).isZero();
    }

    @Test
    void applying_the_defaults_again_changes_nothing() {
        Job once = JobDefaults.apply(SPARSE);

        assertThat(JobDefaults.apply(once)).isEqualTo(once);
    }
}
