package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.cli.JobProgress.State;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import dev.gantry.v1.WatchJobResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunProgressTest {

    private final List<String> lines = new ArrayList<>();

    @Test
    void allocations_of_the_version_before_are_told_of_only_when_they_end() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);

        progress.accept(allocations(
                10,
                older("gone0000", DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_COMPLETE),
                older("old00000", DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_RUNNING)));
        assertThat(lines).isEmpty();

        progress.accept(allocations(
                11, older("old00000", DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_RUNNING)));
        progress.accept(allocations(
                12, older("old00000", DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_COMPLETE)));
        assertThat(lines)
                .containsExactly(
                        "    Allocation \"old00000\" (web.front[0]) is being stopped",
                        "    Allocation \"old00000\" (web.front[0]) is complete");
    }

    @Test
    void a_submission_whose_evaluation_has_failed_is_not_followed_any_longer() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);

        assertThat(progress.accept(update(11).addEvaluations(Samples.failed(11)).build()))
                .isEqualTo(State.FAILED);
        assertThat(progress.verdict(State.FAILED))
                .isEqualTo(
                        "Job \"web\" is not placed: its evaluation has failed. After 3 attempts: its plan could not be"
                                + " stored (port 8080 is taken); see: gantry eval status 52dee78a");
    }

    @Test
    void what_waits_for_room_is_not_stuck_while_something_is_being_stopped() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);

        assertThat(progress.accept(update(11)
                        .addEvaluations(Samples.blocked(11))
                        .addAllocations(older(
                                "old00000", DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_RUNNING))
                        .build()))
                .isEqualTo(State.IN_PROGRESS);
        assertThat(progress.accept(allocations(
                        12, older("old00000", DesiredStatus.DESIRED_STATUS_STOP, ClientStatus.CLIENT_STATUS_COMPLETE))))
                .isEqualTo(State.BLOCKED);
        assertThat(progress.accept(update(13)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 13))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                        .build()))
                .isEqualTo(State.DONE);
    }

    @Test
    void what_waits_for_room_is_not_stuck_while_something_placed_has_not_started() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 2);

        assertThat(progress.accept(update(11)
                        .addEvaluations(Samples.blocked(11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_PENDING))
                        .build()))
                .isEqualTo(State.IN_PROGRESS);
        assertThat(progress.accept(allocations(12, Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))))
                .isEqualTo(State.BLOCKED);
    }

    @Test
    void a_deployment_that_lacks_room_is_stuck_once_all_that_was_placed_is_healthy() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 2);
        Deployment deployment = Deployment.newBuilder()
                .setId("7d1fa2c4-1111-2222-3333-444455556666")
                .setJobVersion(3)
                .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING)
                .addGroups(DeploymentGroup.newBuilder()
                        .setTaskGroup("front")
                        .setPromoted(true)
                        .setDesiredTotal(2))
                .build();

        assertThat(progress.accept(update(11)
                        .addEvaluations(Samples.blocked(11))
                        .addDeployments(deployment)
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                        .build()))
                .isEqualTo(State.IN_PROGRESS);
        assertThat(progress.verdict(State.IN_PROGRESS)).contains("is not up in time", "of group \"front\" unplaced");
        assertThat(progress.accept(allocations(
                        12,
                        Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING).toBuilder()
                                .setHealthy(true)
                                .setModifyIndex(12)
                                .build())))
                .isEqualTo(State.BLOCKED);
    }

    @Test
    void the_same_reason_to_wait_is_told_once() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);

        progress.accept(update(11).addEvaluations(Samples.blocked(11)).build());
        progress.accept(update(12).addEvaluations(Samples.blocked(12)).build());

        assertThat(lines).hasSize(1);
    }

    @Test
    void a_service_runs_only_once_all_of_each_group_run() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 2);

        assertThat(progress.accept(update(11)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                        .build()))
                .isEqualTo(State.IN_PROGRESS);
        assertThat(progress.accept(allocations(
                        12,
                        Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING).toBuilder()
                                .setId("second")
                                .build())))
                .isEqualTo(State.DONE);
    }

    @Test
    void nothing_is_done_before_everything_up_to_the_evaluation_has_been_told() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 0);
        Evaluation complete = Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11);

        assertThat(progress.accept(update(0).addEvaluations(complete).build())).isEqualTo(State.IN_PROGRESS);
        assertThat(progress.accept(update(11).build())).isEqualTo(State.DONE);
    }

    @Test
    void evaluations_before_the_submission_say_nothing_and_those_after_it_do() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 0);
        Evaluation before = Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 9).toBuilder()
                .setId("before")
                .setCreateIndex(8)
                .build();
        Evaluation after = before.toBuilder()
                .setId("after")
                .setCreateIndex(12)
                .setModifyIndex(13)
                .build();

        assertThat(progress.accept(update(10).addEvaluations(before).build())).isEqualTo(State.IN_PROGRESS);
        assertThat(progress.accept(update(13)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_CANCELED, 12))
                        .addEvaluations(after)
                        .build()))
                .isEqualTo(State.DONE);
    }

    @Test
    void the_failed_deployment_of_an_earlier_submission_says_nothing_of_an_unchanged_one() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);
        Deployment before = Deployment.newBuilder()
                .setId("65416f94-1111-2222-3333-444455556666")
                .setJobVersion(3)
                .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_FAILED)
                .setModifyIndex(9)
                .build();

        assertThat(progress.accept(update(11)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                        .addDeployments(before)
                        .build()))
                .isEqualTo(State.DONE);
    }

    @Test
    void a_failed_deployment_names_an_unhealthy_allocation() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);

        assertThat(progress.accept(update(12)
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING).toBuilder()
                                .setHealthy(false))
                        .addDeployments(Deployment.newBuilder()
                                .setId("65416f94-1111-2222-3333-444455556666")
                                .setJobVersion(3)
                                .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_FAILED)
                                .setDescription("allocation web.front[0] is unhealthy")
                                .setModifyIndex(12))
                        .build()))
                .isEqualTo(State.FAILED);

        assertThat(progress.verdict(State.FAILED))
                .isEqualTo(
                        "Job \"web\" is not up: its deployment \"65416f94\" has failed: allocation web.front[0] is unhealthy;"
                                + " to see why: gantry alloc status 5e0b39f0");
    }

    @Test
    void a_service_without_a_deployment_must_go_on_running_for_a_moment_and_longer_once_a_task_was_restarted() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);
        assertThat(progress.accept(update(11)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                        .build()))
                .isEqualTo(State.DONE);
        assertThat(progress.settleTime()).isEqualTo(Duration.ofSeconds(2));
        assertThat(progress.mustSettle()).isFalse();

        assertThat(progress.accept(allocations(12, restarted(ClientStatus.CLIENT_STATUS_PENDING, 1))))
                .isEqualTo(State.IN_PROGRESS);

        assertThat(lines)
                .contains(
                        "    Task \"nginx\" of allocation \"5e0b39f0\" is restarted: Exit code 3, then Restart 1 of 2");
        assertThat(progress.accept(allocations(13, restarted(ClientStatus.CLIENT_STATUS_RUNNING, 1))))
                .isEqualTo(State.DONE);
        assertThat(progress.settleTime()).isEqualTo(Duration.ofSeconds(10));
        assertThat(progress.mustSettle()).isTrue();
    }

    @Test
    void a_batch_job_that_had_completed_before_is_not_said_to_have_completed_now() {
        RunProgress progress = progress(JobType.JOB_TYPE_BATCH, 1);

        assertThat(progress.accept(update(11)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_COMPLETE).toBuilder()
                                .setCreateIndex(5))
                        .build()))
                .isEqualTo(State.DONE);

        assertThat(progress.settleTime()).isZero();
        assertThat(progress.verdict(State.DONE))
                .isEqualTo("Job \"web\" had completed before and has not changed: it is not run again");
    }

    @Test
    void a_task_that_never_started_has_no_log_to_look_at() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);
        Allocation failed = Samples.allocation(ClientStatus.CLIENT_STATUS_FAILED).toBuilder()
                .addTaskStates(Samples.failedTask().toBuilder().clearStartTime())
                .build();

        assertThat(progress.accept(allocations(12, failed))).isEqualTo(State.FAILED);

        assertThat(progress.verdict(State.FAILED)).contains("Exit code 3").doesNotContain("alloc logs");
    }

    @Test
    void what_a_task_waits_for_is_told_once_and_is_why_the_job_is_not_up_in_time() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);

        assertThat(progress.accept(allocations(11, waiting("key \"user\"")))).isEqualTo(State.IN_PROGRESS);
        progress.accept(allocations(12, waiting("key \"user\"")));
        progress.accept(allocations(13, waiting("key \"password\"")));

        assertThat(lines)
                .filteredOn(line -> line.contains("Waiting"))
                .containsExactly(
                        "    Task \"nginx\" of allocation \"5e0b39f0\": Waiting for key \"user\"",
                        "    Task \"nginx\" of allocation \"5e0b39f0\": Waiting for key \"password\"");
        assertThat(progress.verdict(State.IN_PROGRESS))
                .isEqualTo("Job \"web\" is not up in time: 0 of 1 allocations run. Task \"nginx\" of allocation"
                        + " \"5e0b39f0\" on node \"n1\": Waiting for key \"password\". The server keeps trying; see:"
                        + " gantry job status web");
    }

    @Test
    void a_job_whose_task_waits_for_its_restart_is_not_up_in_time_because_of_the_exit_before() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);
        Allocation restarted = restarted(ClientStatus.CLIENT_STATUS_PENDING, 1);

        progress.accept(allocations(
                11,
                restarted.toBuilder()
                        .setTaskStates(0, restarted.getTaskStates(0).toBuilder().setPhase(TaskPhase.TASK_PHASE_PENDING))
                        .build()));

        assertThat(progress.verdict(State.IN_PROGRESS))
                .contains("on node \"n1\": Exit code 3, then Restart 1 of 2. The");
    }

    private static Allocation waiting(String forWhat) {
        return Samples.allocation(ClientStatus.CLIENT_STATUS_PENDING).toBuilder()
                .addTaskStates(TaskState.newBuilder()
                        .setTask("nginx")
                        .setPhase(TaskPhase.TASK_PHASE_PENDING)
                        .addEvents(TaskEvent.newBuilder().setType("Setup").setMessage("The task is being prepared"))
                        .addEvents(TaskEvent.newBuilder().setType("Waiting").setMessage("Waiting for " + forWhat)))
                .build();
    }

    private static Allocation restarted(ClientStatus status, int restarts) {
        return Samples.allocation(status).toBuilder()
                .addTaskStates(Samples.failedTask().toBuilder()
                        .setFailed(false)
                        .setRestarts(restarts)
                        .addEvents(TaskEvent.newBuilder().setType("Restarting").setMessage("Restart 1 of 2")))
                .build();
    }

    @Test
    void a_failure_of_the_version_before_is_not_this_ones() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 1);

        assertThat(progress.accept(update(11)
                        .addAllocations(
                                older("old00000", DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_FAILED))
                        .build()))
                .isEqualTo(State.IN_PROGRESS);
    }

    @Test
    void of_many_failures_the_first_is_told_and_the_others_are_counted() {
        RunProgress progress = progress(JobType.JOB_TYPE_SERVICE, 2);
        Allocation failed = Samples.allocation(ClientStatus.CLIENT_STATUS_FAILED);

        assertThat(progress.accept(allocations(
                        12, failed, failed.toBuilder().setId("another0").build())))
                .isEqualTo(State.FAILED);
        assertThat(progress.verdict(State.FAILED))
                .isEqualTo("Job \"web\" has failed: allocation \"5e0b39f0\" on node \"n1\"; and 1 other allocation");
        assertThat(lines).endsWith("    Allocation \"another0\" (web.front[0]) has failed");
    }

    @Test
    void a_batch_allocation_that_failed_and_is_placed_anew_is_not_the_end() {
        RunProgress progress = progress(JobType.JOB_TYPE_BATCH, 1);
        Allocation failed = Samples.allocation(ClientStatus.CLIENT_STATUS_FAILED);

        assertThat(progress.accept(update(12)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_PENDING, 12))
                        .addAllocations(failed)
                        .build()))
                .isEqualTo(State.IN_PROGRESS);
        assertThat(progress.accept(update(13)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 13))
                        .addAllocations(failed.toBuilder()
                                .setModifyIndex(13)
                                .setNextRescheduleTime(Samples.ago(Duration.ofSeconds(-5))))
                        .build()))
                .isEqualTo(State.IN_PROGRESS);
        assertThat(progress.accept(allocations(
                        14,
                        failed.toBuilder()
                                .setModifyIndex(14)
                                .setNextAllocationId("second")
                                .build(),
                        Samples.allocation(ClientStatus.CLIENT_STATUS_COMPLETE).toBuilder()
                                .setId("second")
                                .build())))
                .isEqualTo(State.DONE);
    }

    @Test
    void a_batch_allocation_that_failed_is_the_end_once_the_scheduler_leaves_it_so() {
        RunProgress progress = progress(JobType.JOB_TYPE_BATCH, 1);

        assertThat(progress.accept(update(12)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_PENDING, 12))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_FAILED))
                        .build()))
                .isEqualTo(State.IN_PROGRESS);
        assertThat(progress.accept(update(13)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 13))
                        .build()))
                .isEqualTo(State.FAILED);
    }

    @Test
    void a_completed_batch_job_that_is_submitted_unchanged_is_complete_at_once() {
        RunProgress progress = progress(JobType.JOB_TYPE_BATCH, 1);
        Allocation completed =
                older("old00000", DesiredStatus.DESIRED_STATUS_RUN, ClientStatus.CLIENT_STATUS_COMPLETE).toBuilder()
                        .setJobVersion(3)
                        .build();

        assertThat(progress.accept(update(11)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(completed)
                        .build()))
                .isEqualTo(State.DONE);
    }

    @Test
    void a_job_that_someone_else_changes_meanwhile_is_not_waited_for() {
        JobRecord record = Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 1));

        RunProgress overwritten = progress(JobType.JOB_TYPE_SERVICE, 1);
        assertThat(overwritten.accept(
                        update(12).setJob(record.toBuilder().setVersion(4)).build()))
                .isEqualTo(State.FAILED);
        assertThat(overwritten.verdict(State.FAILED))
                .isEqualTo("Job \"web\" was submitted again meanwhile, as version 4");

        RunProgress stopped = progress(JobType.JOB_TYPE_SERVICE, 1);
        assertThat(stopped.accept(
                        update(12).setJob(record.toBuilder().setStopped(true)).build()))
                .isEqualTo(State.FAILED);
        assertThat(stopped.verdict(State.FAILED)).isEqualTo("Job \"web\" was stopped meanwhile");
    }

    private RunProgress progress(JobType type, int count) {
        return new RunProgress(Samples.job(type, count), Samples.SUBMITTED, lines::add);
    }

    private static Allocation older(String id, DesiredStatus desired, ClientStatus status) {
        return Samples.older(id, desired, status);
    }

    private static WatchJobResponse allocations(long index, Allocation... allocations) {
        return update(index).addAllAllocations(List.of(allocations)).build();
    }

    private static WatchJobResponse.Builder update(long index) {
        return WatchJobResponse.newBuilder().setIndex(index);
    }
}
