package dev.gantry.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.gantry.v1.Affinity;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckRestart;
import dev.gantry.v1.CheckType;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Parameterized;
import dev.gantry.v1.PayloadRule;
import dev.gantry.v1.Periodic;
import dev.gantry.v1.ReschedulePolicy;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.Service;
import dev.gantry.v1.Spread;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({
        "${JOB}/${GROUP}/${TASKGROUP}/${TASK}, web/front/front/nginx",
        "my-${BASE}, my-web-front-nginx",
        "${NOMAD_JOB_ID}-${NOMAD_JOB_NAME}.${NOMAD_GROUP_NAME}.${NOMAD_TASK_NAME}, web-web.front.nginx",
        "${NOMAD_ALLOC_ID}, ${NOMAD_ALLOC_ID}",
    })
    void references_in_the_name_of_a_service_are_replaced_as_far_as_the_job_decides_them(String name, String expected) {
        Job.Builder job = SPARSE.toBuilder();
        job.getTaskGroupsBuilder(0).getTasksBuilder(0).getServicesBuilder(0).setName(name);

        Job whole = JobDefaults.apply(job.build());

        assertThat(whole.getTaskGroups(0).getTasks(0).getServices(0).getName()).isEqualTo(expected);
    }

    @Test
    void a_count_of_zero_is_not_taken_for_a_missing_one() {
        Job none = Job.newBuilder()
                .addTaskGroups(TaskGroup.newBuilder().setCount(0))
                .build();

        assertThat(JobDefaults.apply(none).getTaskGroups(0).getCount()).isZero();
    }

    @Test
    void what_a_service_does_on_failure_is_what_nomad_does() {
        TaskGroup group = JobDefaults.apply(SPARSE).getTaskGroups(0);

        assertThat(group.getRestart())
                .isEqualTo(RestartPolicy.newBuilder()
                        .setAttempts(2)
                        .setInterval(Durations.fromMinutes(30))
                        .setDelay(Durations.fromSeconds(15))
                        .setMode(RestartMode.RESTART_MODE_FAIL)
                        .build());
        assertThat(group.getReschedule())
                .isEqualTo(ReschedulePolicy.newBuilder()
                        .setUnlimited(true)
                        .setInterval(Durations.fromHours(24))
                        .setDelay(Durations.fromSeconds(30))
                        .setDelayFunction(DelayFunction.DELAY_FUNCTION_EXPONENTIAL)
                        .setMaxDelay(Durations.fromHours(1))
                        .build());
        assertThat(group.hasUpdate()).isFalse();
        assertThat(group.getTasks(0).getKillTimeout()).isEqualTo(Durations.fromSeconds(5));
        assertThat(group.getTasks(0).getKillSignal()).isEqualTo("SIGTERM");
    }

    @Test
    void what_a_batch_job_does_on_failure_is_what_nomad_does() {
        TaskGroup group = JobDefaults.apply(
                        SPARSE.toBuilder().setType(JobType.JOB_TYPE_BATCH).build())
                .getTaskGroups(0);

        assertThat(group.getRestart().getAttempts()).isEqualTo(3);
        assertThat(group.getRestart().getInterval()).isEqualTo(Durations.fromHours(24));
        assertThat(group.getReschedule())
                .isEqualTo(ReschedulePolicy.newBuilder()
                        .setUnlimited(false)
                        .setAttempts(1)
                        .setInterval(Durations.fromHours(24))
                        .setDelay(Durations.fromSeconds(5))
                        .setDelayFunction(DelayFunction.DELAY_FUNCTION_CONSTANT)
                        .setMaxDelay(Durations.fromHours(1))
                        .build());
    }

    @Test
    void a_system_job_is_restarted_as_a_service_and_never_rescheduled() {
        TaskGroup group = JobDefaults.apply(
                        SPARSE.toBuilder().setType(JobType.JOB_TYPE_SYSTEM).build())
                .getTaskGroups(0);

        assertThat(group.getRestart().getAttempts()).isEqualTo(2);
        assertThat(group.hasReschedule()).isFalse();
    }

    @Test
    void a_service_that_says_its_attempts_means_them() {
        Job.Builder job = SPARSE.toBuilder();
        job.getTaskGroupsBuilder(0).getRescheduleBuilder().setAttempts(3);

        ReschedulePolicy policy =
                JobDefaults.apply(job.build()).getTaskGroups(0).getReschedule();

        assertThat(policy.getUnlimited()).isFalse();
        assertThat(policy.getAttempts()).isEqualTo(3);
    }

    @Test
    void attempts_of_zero_are_not_taken_for_missing_ones() {
        Job.Builder job = SPARSE.toBuilder();
        job.getTaskGroupsBuilder(0).getRestartBuilder().setAttempts(0);

        assertThat(JobDefaults.apply(job.build()).getTaskGroups(0).getRestart().getAttempts())
                .isZero();
    }

    @Test
    void an_update_strategy_with_a_limit_of_0_is_none_for_its_group_alone() {
        Job job = Job.newBuilder()
                .setUpdate(UpdateStrategy.newBuilder().setMaxParallel(3))
                .addTaskGroups(TaskGroup.newBuilder()
                        .setName("at-once")
                        .setUpdate(UpdateStrategy.newBuilder().setMaxParallel(0)))
                .addTaskGroups(TaskGroup.newBuilder().setName("in-steps"))
                .build();

        Job whole = JobDefaults.apply(job);

        assertThat(whole.hasUpdate()).isFalse();
        assertThat(whole.getTaskGroups(0).hasUpdate()).isFalse();
        assertThat(whole.getTaskGroups(1).getUpdate().getMaxParallel()).isEqualTo(3);
        assertThat(JobDefaults.apply(whole)).isEqualTo(whole);
        assertThat(JobDefaults.apply(Job.newBuilder()
                                .setUpdate(UpdateStrategy.newBuilder().setMaxParallel(0))
                                .addTaskGroups(TaskGroup.newBuilder())
                                .build())
                        .getTaskGroups(0)
                        .hasUpdate())
                .as("of the job")
                .isFalse();
    }

    @Test
    void a_group_takes_the_jobs_update_strategy_unless_it_has_its_own() {
        Job.Builder job =
                SPARSE.toBuilder().setUpdate(UpdateStrategy.newBuilder().setCanary(2));
        job.addTaskGroups(TaskGroup.newBuilder()
                .setName("back")
                .setUpdate(UpdateStrategy.newBuilder().setProgressDeadline(Durations.ZERO)));

        Job whole = JobDefaults.apply(job.build());

        assertThat(whole.getTaskGroups(0).getUpdate())
                .isEqualTo(UpdateStrategy.newBuilder()
                        .setMaxParallel(1)
                        .setHealthCheck(HealthCheck.HEALTH_CHECK_CHECKS)
                        .setMinHealthyTime(Durations.fromSeconds(10))
                        .setHealthyDeadline(Durations.fromMinutes(5))
                        .setProgressDeadline(Durations.fromMinutes(10))
                        .setCanary(2)
                        .build());
        assertThat(whole.getTaskGroups(1).getUpdate().getCanary()).isZero();
        assertThat(whole.getTaskGroups(1).getUpdate().getProgressDeadline()).isEqualTo(Durations.ZERO);
    }

    @Test
    void a_check_asks_the_port_of_its_service_every_ten_seconds() {
        Job.Builder job = SPARSE.toBuilder();
        job.getTaskGroupsBuilder(0)
                .getTasksBuilder(0)
                .getServicesBuilder(0)
                .addChecks(Check.newBuilder()
                        .setType(CheckType.CHECK_TYPE_HTTP)
                        .setPath("/health")
                        .setCheckRestart(CheckRestart.newBuilder().setLimit(3)));

        assertThat(JobDefaults.apply(job.build())
                        .getTaskGroups(0)
                        .getTasks(0)
                        .getServices(0)
                        .getChecks(0))
                .isEqualTo(Check.newBuilder()
                        .setName("service: web-front-nginx http")
                        .setType(CheckType.CHECK_TYPE_HTTP)
                        .setPath("/health")
                        .setMethod("GET")
                        .setProtocol("http")
                        .setPort("http")
                        .setInterval(Durations.fromSeconds(10))
                        .setTimeout(Durations.fromSeconds(2))
                        .setCheckRestart(CheckRestart.newBuilder().setLimit(3).setGrace(Durations.fromSeconds(1)))
                        .build());
    }

    @Test
    void preferences_and_schedules_get_nomads_defaults() {
        Job whole = JobDefaults.apply(SPARSE.toBuilder()
                .addAffinities(Affinity.newBuilder().setAttribute("${node.class}"))
                .addSpreads(Spread.newBuilder().setAttribute("${node.datacenter}"))
                .setPeriodic(Periodic.newBuilder().setCron("0 * * * *"))
                .setParameterized(Parameterized.getDefaultInstance())
                .build());

        assertThat(whole.getAffinities(0).getOperator()).isEqualTo("=");
        assertThat(whole.getAffinities(0).getWeight()).isEqualTo(50);
        assertThat(whole.getSpreads(0).getWeight()).isEqualTo(50);
        assertThat(whole.getPeriodic().getTimeZone()).isEqualTo("UTC");
        assertThat(whole.getParameterized().getPayload()).isEqualTo(PayloadRule.PAYLOAD_RULE_OPTIONAL);
    }

    @Test
    void applying_the_defaults_again_changes_nothing() {
        Job once = JobDefaults.apply(SPARSE);

        assertThat(JobDefaults.apply(once)).isEqualTo(once);
    }
}
