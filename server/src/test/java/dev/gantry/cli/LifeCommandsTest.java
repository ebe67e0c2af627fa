package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.CheckState;
import dev.gantry.v1.CheckStatus;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.CollectGarbageResponse;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DispatchJobRequest;
import dev.gantry.v1.DispatchJobResponse;
import dev.gantry.v1.Drain;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainNodeResponse;
import dev.gantry.v1.EvaluateJobRequest;
import dev.gantry.v1.EvaluateJobResponse;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.FailDeploymentRequest;
import dev.gantry.v1.FailDeploymentResponse;
import dev.gantry.v1.FieldDiff;
import dev.gantry.v1.FilterReason;
import dev.gantry.v1.ForcePeriodicJobResponse;
import dev.gantry.v1.GetAllocationResponse;
import dev.gantry.v1.GetDeploymentResponse;
import dev.gantry.v1.GetEvaluationResponse;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetNodeRequest;
import dev.gantry.v1.GetNodeResponse;
import dev.gantry.v1.GetServiceRequest;
import dev.gantry.v1.GetServiceResponse;
import dev.gantry.v1.GroupPlan;
import dev.gantry.v1.GroupScores;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListAllocationsResponse;
import dev.gantry.v1.ListDeploymentsRequest;
import dev.gantry.v1.ListDeploymentsResponse;
import dev.gantry.v1.ListEvaluationsResponse;
import dev.gantry.v1.ListJobVersionsResponse;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListJobsResponse;
import dev.gantry.v1.ListNodesRequest;
import dev.gantry.v1.ListNodesResponse;
import dev.gantry.v1.ListServicesResponse;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.PauseDeploymentResponse;
import dev.gantry.v1.Periodic;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.PlanJobResponse;
import dev.gantry.v1.PromoteDeploymentRequest;
import dev.gantry.v1.PromoteDeploymentResponse;
import dev.gantry.v1.PurgeJobResponse;
import dev.gantry.v1.RejoinNodeRequest;
import dev.gantry.v1.RejoinNodeResponse;
import dev.gantry.v1.RestartAllocationRequest;
import dev.gantry.v1.RestartAllocationResponse;
import dev.gantry.v1.ResumeDeploymentResponse;
import dev.gantry.v1.RevertJobRequest;
import dev.gantry.v1.RevertJobResponse;
import dev.gantry.v1.ScaleJobRequest;
import dev.gantry.v1.ScaleJobResponse;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.ServiceSummary;
import dev.gantry.v1.SetDeploymentHealthRequest;
import dev.gantry.v1.SetDeploymentHealthResponse;
import dev.gantry.v1.SetNodeEligibilityRequest;
import dev.gantry.v1.SetNodeEligibilityResponse;
import dev.gantry.v1.SignalAllocationRequest;
import dev.gantry.v1.SignalAllocationResponse;
import dev.gantry.v1.StopJobResponse;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import dev.gantry.v1.WatchAllocationResponse;
import dev.gantry.v1.WatchJobResponse;
import dev.gantry.v1.WatchNodeResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the commands for deployments, plans, dispatches, nodes and services. */
class LifeCommandsTest {

    private static final String DEPLOYMENT_ID = "7d1fa2c4-1111-2222-3333-444455556666";

    private static final Evaluation EVALUATION = Samples.blocked(12).toBuilder()
            .setTrigger(EvaluationTrigger.EVALUATION_TRIGGER_JOB_SUBMITTED)
            .setCreateTime(Samples.ago(java.time.Duration.ofSeconds(90)))
            .setFailures(
                    0,
                    PlacementFailure.newBuilder()
                            .setTaskGroup("front")
                            .setUnplaced(2)
                            .setNodesEvaluated(4)
                            .addFiltered(FilterReason.newBuilder()
                                    .setReason("Constraint \"${driver.rkt.version} > 1.2\"")
                                    .setNodes(2))
                            .addExhausted(FilterReason.newBuilder()
                                    .setReason("memory")
                                    .setNodes(1))
                            .addExhausted(FilterReason.newBuilder()
                                    .setReason("port 8080")
                                    .setNodes(1))
                            .setSummary("2 of 4 nodes are filtered, 2 lack room")
                            .addScores(NodeScore.newBuilder()
                                    .setNodeName("n2")
                                    .setScore(0.4)
                                    .putParts("binpack", 0.4)))
            .addScores(GroupScores.newBuilder()
                    .setTaskGroup("front")
                    .addScores(NodeScore.newBuilder()
                            .setNodeName("n1")
                            .setScore(0.35)
                            .putParts("binpack", 0.7)
                            .putParts("job-anti-affinity", -0.35)))
            .build();

    @TempDir
    Path dir;

    @AutoClose
    private final ScriptedCluster cluster = new ScriptedCluster();

    @Test
    void an_evaluation_says_what_kept_allocations_from_being_placed() {
        cluster.answers(
                "GetEvaluation",
                GetEvaluationResponse.newBuilder().setEvaluation(EVALUATION).build());

        CliRun run = CliRun.of(cluster, "eval", "status", "52de");

        assertThat(run.out()).isEqualTo("""
                        ID           = 52dee78a-1111-2222-3333-444455556666
                        Job          = web
                        Job Version  = 3
                        Triggered By = job submitted
                        Status       = blocked
                        Unplaced     = 2
                        Created      = 1m30s ago

                        Task Group "front", 2 unplaced
                        Nodes evaluated: 4
                          2 nodes filtered by: Constraint "${driver.rkt.version} > 1.2"
                          1 node exhausted: memory
                          1 node exhausted: port 8080
                        2 of 4 nodes are filtered, 2 lack room

                        Nearest Nodes for "front"
                        Node  Score  Parts
                        n2    0.40   binpack 0.40

                        Best Nodes for "front"
                        Node  Score  Parts
                        n1    0.35   binpack 0.70, job-anti-affinity -0.35
                        """);
        assertThat(JsonParser.parseString(CliRun.of(cluster, "eval", "status", "--json", "52de")
                                .out())
                        .getAsJsonObject()
                        .get("status")
                        .getAsString())
                .isEqualTo("EVALUATION_STATUS_BLOCKED");
    }

    @Test
    void an_evaluation_that_waits_for_room_says_which_allocations_had_to_go_for_it() {
        cluster.answers(
                "GetEvaluation",
                GetEvaluationResponse.newBuilder()
                        .setEvaluation(EVALUATION.toBuilder()
                                .addPreemptedAllocationIds("5e0b39f0-1111-2222-3333-444455556666")
                                .addPreemptedAllocationIds("7d1fa2c4-1111-2222-3333-444455556666"))
                        .build());

        assertThat(CliRun.of(cluster, "eval", "status", "52de").out()).contains("Preempted    = 5e0b39f0, 7d1fa2c4\n");
    }

    @Test
    void an_evaluation_that_has_failed_says_why_and_when_its_job_is_looked_at_again() {
        cluster.answers(
                "GetEvaluation",
                GetEvaluationResponse.newBuilder()
                        .setEvaluation(Samples.failed(11))
                        .build());

        assertThat(CliRun.of(cluster, "eval", "status", "52de").out())
                .contains("Status          = failed\n")
                .contains("Description     = After 3 attempts: its plan could not be stored (port 8080 is taken)\n")
                .contains("Looked At Again = 2026-02-03T04:10:06Z\n");
    }

    @Test
    void what_is_no_evaluation_is_taken_for_a_job() {
        cluster.refuses("GetEvaluation", Status.NOT_FOUND.asRuntimeException())
                .answers(
                        "ListEvaluations",
                        ListEvaluationsResponse.newBuilder()
                                .addEvaluations(EVALUATION)
                                .build());

        String expected = """
                        ID        Job Version  Triggered By   Status   Unplaced  Created
                        52dee78a  3            job submitted  blocked  2         1m30s ago
                        """;

        assertThat(CliRun.of(cluster, "eval", "status", "web").out()).isEqualTo(expected);
        assertThat(CliRun.of(cluster, "eval", "status", "cafe").out()).isEqualTo(expected);
    }

    @Test
    void what_is_neither_an_evaluation_nor_a_job_is_said_to_be_neither() {
        cluster.refuses("GetEvaluation", Status.NOT_FOUND.asRuntimeException())
                .refuses(
                        "ListEvaluations",
                        Status.NOT_FOUND.withDescription("No job \"cafe\"").asRuntimeException());

        assertThat(CliRun.of(cluster, "eval", "status", "cafe").err())
                .startsWith("error: No evaluation and no job \"cafe\": ");
    }

    @Test
    void a_deployment_is_shown_promoted_and_failed_by_its_id() {
        cluster.answers(
                        "GetDeployment",
                        GetDeploymentResponse.newBuilder()
                                .setDeployment(deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 1, 11))
                                .build())
                .answers(
                        "PromoteDeployment",
                        PromoteDeploymentResponse.newBuilder()
                                .setEvaluationId(Samples.EVALUATION_ID)
                                .build())
                .answers(
                        "FailDeployment",
                        FailDeploymentResponse.newBuilder()
                                .setEvaluationId(Samples.EVALUATION_ID)
                                .setRevertedTo(2)
                                .build());

        assertThat(CliRun.of(cluster, "deployment", "status", "7d1f").out()).isEqualTo("""
                        ID          = 7d1fa2c4-1111-2222-3333-444455556666
                        Job         = web
                        Job Version = 3
                        Status      = running
                        Description = Canaries are tried

                        Deployed
                        Task Group  Promoted  Desired  Canaries  Placed  Healthy  Unhealthy  Progress Deadline
                        front       no        3        1         1       1        0          2026-02-03T04:04:06Z
                        """);
        assertThat(CliRun.of(cluster, "deployment", "promote", "--group", "front", "7d1f")
                        .out())
                .isEqualTo(
                        "==> Deployment \"7d1fa2c4\" of version 3 of job \"web\" is promoted, evaluation \"52dee78a\"\n");
        assertThat(CliRun.of(cluster, "deployment", "fail", "7d1f").out())
                .isEqualTo("==> Deployment \"7d1fa2c4\" of version 3 of job \"web\" has failed, version 2 comes back,"
                        + " evaluation \"52dee78a\"\n");
        assertThat(cluster.requests())
                .filteredOn(request -> request instanceof PromoteDeploymentRequest)
                .containsExactly(PromoteDeploymentRequest.newBuilder()
                        .setDeploymentId(DEPLOYMENT_ID)
                        .addTaskGroups("front")
                        .build());
        assertThat(cluster.requests())
                .filteredOn(request -> request instanceof FailDeploymentRequest)
                .containsExactly(FailDeploymentRequest.newBuilder()
                        .setDeploymentId(DEPLOYMENT_ID)
                        .build());
    }

    @Test
    void a_deployment_is_paused_and_resumed_and_shown_as_paused() {
        Deployment paused = deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 1, 11).toBuilder()
                .setPaused(true)
                .build();
        cluster.answers(
                        "GetDeployment",
                        GetDeploymentResponse.newBuilder().setDeployment(paused).build())
                .answers(
                        "PauseDeployment",
                        PauseDeploymentResponse.newBuilder()
                                .setDeployment(paused)
                                .build())
                .answers(
                        "ResumeDeployment",
                        ResumeDeploymentResponse.newBuilder()
                                .setDeployment(paused)
                                .build());

        assertThat(CliRun.of(cluster, "deployment", "pause", "7d1f").out())
                .isEqualTo("==> Deployment \"7d1fa2c4\" of version 3 of job \"web\" is paused\n");
        assertThat(CliRun.of(cluster, "deployment", "status", "7d1f").out()).contains("Status      = paused\n");
        assertThat(CliRun.of(cluster, "deployment", "resume", "7d1f").out())
                .isEqualTo("==> Deployment \"7d1fa2c4\" of version 3 of job \"web\" continues\n");
    }

    @Test
    void a_job_is_scaled_by_its_count_and_its_group_if_it_has_several() {
        cluster.answers(
                "ScaleJob",
                ScaleJobResponse.newBuilder()
                        .setEvaluationId(Samples.EVALUATION_ID)
                        .setVersion(4)
                        .build());

        assertThat(CliRun.of(cluster, "job", "scale", "--detach", "web", "front", "3")
                        .out())
                .isEqualTo(Samples.EVALUATION_ID + "\n");
        assertThat(CliRun.of(cluster, "job", "scale", "--detach", "web", "0").exitCode())
                .isZero();
        assertThat(cluster.requests())
                .containsExactly(
                        ScaleJobRequest.newBuilder()
                                .setJobId("web")
                                .setTaskGroup("front")
                                .setCount(3)
                                .build(),
                        ScaleJobRequest.newBuilder().setJobId("web").build());
        assertThat(CliRun.of(cluster, "job", "scale", "web", "front", "many").err())
                .startsWith("error: \"many\" is no count: write a whole number");
        assertThat(CliRun.of(cluster, "job", "scale", "web").exitCode()).isEqualTo(2);
        assertThat(CliRun.of(cluster, "job", "scale", "web", "a", "1", "2").exitCode())
                .isEqualTo(2);
    }

    @Test
    void a_command_that_would_follow_a_job_prints_the_response_and_ends_if_json_is_asked_for() {
        cluster.answers(
                        "ScaleJob",
                        ScaleJobResponse.newBuilder()
                                .setEvaluationId(Samples.EVALUATION_ID)
                                .setVersion(4)
                                .build())
                .answers(
                        "StopJob",
                        StopJobResponse.newBuilder()
                                .setEvaluationId(Samples.EVALUATION_ID)
                                .build())
                .answers(
                        "RestartAllocation",
                        RestartAllocationResponse.newBuilder().addTasks("nginx").build());

        assertThat(CliRun.of(cluster, "job", "scale", "--json", "web", "3").out())
                .contains("\"evaluationId\": \"" + Samples.EVALUATION_ID + "\"", "\"version\": \"4\"");
        assertThat(CliRun.of(cluster, "job", "stop", "--json", "web").out())
                .contains("\"evaluationId\": \"" + Samples.EVALUATION_ID + "\"");
        assertThat(CliRun.of(cluster, "alloc", "restart", "--json", "5e0b39f0").out())
                .contains("\"tasks\": [\"nginx\"]");
    }

    @Test
    void a_command_that_reads_takes_the_beginning_of_an_id_if_it_is_that_of_one_job_and_one_that_changes_does_not() {
        cluster.script("GetJob", (request, answer) -> {
                    if (((GetJobRequest) request).getJobId().equals("web")) {
                        answer.onNext(GetJobResponse.newBuilder()
                                .setJob(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 3)))
                                .build());
                        answer.onCompleted();
                    } else {
                        answer.onError(
                                Status.NOT_FOUND.withDescription("No job").asRuntimeException());
                    }
                })
                .on(
                        "ListJobs",
                        (ListJobsRequest request) -> List.of(ListJobsResponse.newBuilder()
                                .addAllJobs(Stream.of("web", "worker-1", "worker-2")
                                        .filter(id -> id.startsWith(request.getPrefix()))
                                        .map(id -> JobRecord.newBuilder()
                                                .setJob(Job.newBuilder().setId(id))
                                                .build())
                                        .toList())
                                .build()))
                .refuses(
                        "StopJob",
                        Status.NOT_FOUND.withDescription("No job \"we\"").asRuntimeException());

        assertThat(CliRun.of(cluster, "job", "status", "we").out()).contains("= web");
        assertThat(CliRun.of(cluster, "job", "status", "work").err())
                .startsWith("error: No job \"work\", and several ids begin so: worker-1, worker-2");
        assertThat(CliRun.of(cluster, "job", "status", "x").err()).startsWith("error: No job");
        assertThat(CliRun.of(cluster, "job", "inspect", "we").out()).contains("\"id\": \"web\"");
        assertThat(CliRun.of(cluster, "job", "stop", "we").err())
                .isEqualTo(
                        "error: No job \"we\"; a command that changes a job takes its whole id. Ids that begin so: web\n");
        assertThat(CliRun.of(cluster, "job", "stop", "x").err()).isEqualTo("error: No job \"we\"\n");
    }

    @Test
    void what_is_listed_of_a_job_is_found_by_the_beginning_of_its_id() {
        cluster.on(
                        "ListJobs",
                        (ListJobsRequest request) -> List.of(ListJobsResponse.newBuilder()
                                .addJobs(JobRecord.newBuilder()
                                        .setJob(Job.newBuilder().setId("web")))
                                .build()))
                .on(
                        "ListAllocations",
                        (ListAllocationsRequest request) -> List.of(
                                request.getJobId().equals("web")
                                        ? ListAllocationsResponse.newBuilder()
                                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                                                .build()
                                        : ListAllocationsResponse.getDefaultInstance()));

        assertThat(CliRun.of(cluster, "alloc", "status", "--job", "we").out()).contains("5e0b39f0");
    }

    @Test
    void a_long_option_may_have_one_dash_as_in_nomad() {
        cluster.answers(
                        "EvaluateJob",
                        EvaluateJobResponse.newBuilder()
                                .setEvaluationId(Samples.EVALUATION_ID)
                                .build())
                .answers(
                        "SignalAllocation",
                        SignalAllocationResponse.newBuilder().addTasks("nginx").build());

        assertThat(CliRun.of(cluster, "job", "eval", "-force-reschedule", "web").out())
                .isEqualTo(Samples.EVALUATION_ID + "\n");
        assertThat(CliRun.of(cluster, "alloc", "signal", "-signal=SIGHUP", "5e0b39f0")
                        .out())
                .endsWith("got SIGHUP: nginx\n");
        assertThat(CliRun.of(cluster, "alloc", "signal", "-s", "SIGHUP", "5e0b39f0")
                        .out())
                .endsWith("got SIGHUP: nginx\n");
        assertThat(CliRun.of(cluster, "job", "eval", "-force", "web").exitCode())
                .isEqualTo(2);
        assertThat(cluster.requests())
                .contains(EvaluateJobRequest.newBuilder()
                        .setJobId("web")
                        .setForceReschedule(true)
                        .build());
    }

    @Test
    void garbage_is_collected_on_request() {
        cluster.answers(
                "CollectGarbage",
                CollectGarbageResponse.newBuilder().setJobs(2).setEvaluations(7).build());

        assertThat(CliRun.of(cluster, "system", "gc").out()).isEqualTo("""
                        Jobs         = 2
                        Job Versions = 0
                        Evaluations  = 7
                        Allocations  = 0
                        Deployments  = 0
                        Nodes        = 0
                        """);
    }

    @Test
    void a_job_is_purged_once_its_allocations_have_ended() {
        AtomicInteger attempts = new AtomicInteger();
        cluster.answers(
                        "StopJob",
                        StopJobResponse.newBuilder()
                                .setEvaluationId(Samples.EVALUATION_ID)
                                .setModifyIndex(10)
                                .build())
                .streams("WatchJob", update(11).build())
                .script("PurgeJob", (request, answer) -> {
                    if (attempts.incrementAndGet() < 3) {
                        answer.onError(Status.FAILED_PRECONDITION.asRuntimeException());
                    } else {
                        answer.onNext(PurgeJobResponse.getDefaultInstance());
                        answer.onCompleted();
                    }
                });

        assertThat(CliRun.of(cluster, "job", "stop", "--purge", "web").out()).endsWith("==> Job \"web\" is deleted\n");
        assertThat(attempts).hasValue(3);
        assertThat(CliRun.of(cluster, "job", "stop", "--purge", "--detach", "web")
                        .err())
                .startsWith("error: --purge waits until the job's allocations have ended: leave out --detach");
    }

    @Test
    void tasks_of_an_allocation_are_restarted_and_signaled() {
        cluster.answers(
                        "RestartAllocation",
                        RestartAllocationResponse.newBuilder()
                                .addTasks("nginx")
                                .addTasks("log")
                                .build())
                .answers(
                        "SignalAllocation",
                        SignalAllocationResponse.newBuilder().addTasks("nginx").build());

        assertThat(CliRun.of(cluster, "alloc", "restart", "5e0b39f0").out())
                .isEqualTo("==> Allocation \"5e0b39f0\" is being restarted: nginx, log\n");
        assertThat(CliRun.of(cluster, "alloc", "signal", "-s", "SIGHUP", "5e0b39f0", "nginx")
                        .out())
                .isEqualTo("==> Allocation \"5e0b39f0\" got SIGHUP: nginx\n");
        assertThat(cluster.requests())
                .containsExactly(
                        RestartAllocationRequest.newBuilder()
                                .setAllocationId("5e0b39f0")
                                .build(),
                        SignalAllocationRequest.newBuilder()
                                .setAllocationId("5e0b39f0")
                                .setTask("nginx")
                                .setSignal("SIGHUP")
                                .build());
    }

    @Test
    void the_running_allocations_of_a_job_are_restarted_in_batches_each_after_the_one_before_runs_again() {
        AtomicReference<String> pod = new AtomicReference<>("before");
        cluster.answers(
                        "ListAllocations",
                        ListAllocationsResponse.newBuilder()
                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_COMPLETE))
                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                                .build())
                .on(
                        "GetAllocation",
                        request -> List.of(GetAllocationResponse.newBuilder()
                                .setAllocation(runs(pod.get()))
                                .build()))
                .on("RestartAllocation", request -> {
                    pod.updateAndGet(last -> last + " again");
                    return List.of(RestartAllocationResponse.newBuilder()
                            .addTasks("nginx")
                            .build());
                })
                .script(
                        "WatchAllocation",
                        (request, answer) -> answer.onNext(WatchAllocationResponse.newBuilder()
                                .setAllocation(runs(pod.get()))
                                .build()));

        assertThat(CliRun.of(cluster, "job", "restart", "web").out()).isEqualTo("""
                            Allocation "5e0b39f0" (web.front[0]) is being restarted
                            Allocation "5e0b39f0" (web.front[0]) runs again
                            Allocation "5e0b39f0" (web.front[0]) is being restarted
                            Allocation "5e0b39f0" (web.front[0]) runs again
                        ==> 2 allocations of job "web" are restarted
                        """);
        assertThat(CliRun.of(cluster, "job", "restart", "--batch-size", "0", "web")
                        .err())
                .startsWith("error: --batch-size must be 1 or more, not 0");
        cluster.script(
                "WatchAllocation",
                (request, answer) -> answer.onNext(WatchAllocationResponse.newBuilder()
                        .setAllocation(runs("x").toBuilder()
                                .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                                .setDescription("Failed: nginx"))
                        .build()));
        CliRun failed = CliRun.of(cluster, "job", "restart", "--batch-size", "2", "web");
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err()).startsWith("error: Allocation \"5e0b39f0\" (web.front[0]) has ended: Failed: nginx");
    }

    private static Allocation runs(String pod) {
        return Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING).toBuilder()
                .addTaskStates(TaskState.newBuilder()
                        .setTask("nginx")
                        .setPhase(TaskPhase.TASK_PHASE_RUNNING)
                        .setPodId(pod))
                .build();
    }

    @Test
    void a_job_is_evaluated_on_request() {
        cluster.answers(
                "EvaluateJob",
                EvaluateJobResponse.newBuilder()
                        .setEvaluationId(Samples.EVALUATION_ID)
                        .build());

        assertThat(CliRun.of(cluster, "job", "eval", "--force-reschedule", "web")
                        .out())
                .isEqualTo(Samples.EVALUATION_ID + "\n");
        assertThat(cluster.requests())
                .containsExactly(EvaluateJobRequest.newBuilder()
                        .setJobId("web")
                        .setForceReschedule(true)
                        .build());
    }

    @Test
    void the_health_of_allocations_is_told() {
        cluster.answers(
                        "GetDeployment",
                        GetDeploymentResponse.newBuilder()
                                .setDeployment(deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 1, 11))
                                .build())
                .answers(
                        "SetDeploymentHealth",
                        SetDeploymentHealthResponse.newBuilder()
                                .setDeployment(deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 1, 12))
                                .build());

        assertThat(CliRun.of(cluster, "deployment", "health", "--healthy", "5eadbeef", "--healthy", "5eadbef0", "7d1f")
                        .out())
                .isEqualTo("==> Deployment \"7d1fa2c4\" of version 3 of job \"web\": 2 healthy, 0 unhealthy,"
                        + " Canaries are tried\n");
        assertThat(cluster.requests())
                .contains(SetDeploymentHealthRequest.newBuilder()
                        .setDeploymentId(DEPLOYMENT_ID)
                        .addHealthyAllocationIds("5eadbeef")
                        .addHealthyAllocationIds("5eadbef0")
                        .build());
    }

    @Test
    void a_job_is_promoted_by_the_id_of_the_deployment_that_was_found() {
        cluster.answers(
                        "GetJob",
                        GetJobResponse.newBuilder()
                                .setJob(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 3)))
                                .setDeployment(deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 1, 11))
                                .build())
                .answers(
                        "PromoteDeployment",
                        PromoteDeploymentResponse.newBuilder()
                                .setEvaluationId(Samples.EVALUATION_ID)
                                .build());

        assertThat(CliRun.of(cluster, "job", "promote", "web").out())
                .isEqualTo(
                        "==> Deployment \"7d1fa2c4\" of version 3 of job \"web\" is promoted, evaluation \"52dee78a\"\n");
        assertThat(cluster.requests())
                .contains(PromoteDeploymentRequest.newBuilder()
                        .setDeploymentId(DEPLOYMENT_ID)
                        .build());
    }

    @Test
    void deployments_of_all_jobs_are_listed() {
        cluster.answers(
                "ListDeployments",
                ListDeploymentsResponse.newBuilder()
                        .addDeployments(deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 1, 11))
                        .build());

        assertThat(CliRun.of(cluster, "deployment", "list").out()).isEqualTo("""
                        ID        Job  Job Version  Status   Description
                        7d1fa2c4  web  3            running  Canaries are tried
                        """);
        assertThat(CliRun.of(cluster, "deployment", "list", "--job", "web").exitCode())
                .isZero();
        assertThat(cluster.requests())
                .contains(
                        ListDeploymentsRequest.newBuilder().build(),
                        ListDeploymentsRequest.newBuilder().setJobId("web").build());
    }

    @Test
    void a_version_that_comes_back_is_followed_until_it_runs() {
        cluster.answers(
                        "RevertJob",
                        RevertJobResponse.newBuilder()
                                .setEvaluationId(Samples.EVALUATION_ID)
                                .setVersion(3)
                                .setModifyIndex(10)
                                .build())
                .answers(
                        "GetJob",
                        GetJobResponse.newBuilder()
                                .setJob(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 1)))
                                .build())
                .streams(
                        "WatchJob",
                        update(11)
                                .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                                .build());

        CliRun run = CliRun.of(cluster, "job", "revert", "web", "1");

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                        ==> Version 1 of job "web" is back as version 3, evaluation "52dee78a"
                            Allocation "5e0b39f0" (web.front[0]) placed on node "n1", ports: http 127.0.0.1:21034
                            Allocation "5e0b39f0" (web.front[0]) is running
                        ==> Job "web" is running
                        """);
        assertThat(CliRun.of(cluster, "job", "revert", "--detach", "--check-index", "9", "web", "1")
                        .out())
                .isEqualTo(Samples.EVALUATION_ID + "\n");
        assertThat(cluster.requests())
                .contains(
                        RevertJobRequest.newBuilder()
                                .setJobId("web")
                                .setVersion(1)
                                .build(),
                        RevertJobRequest.newBuilder()
                                .setJobId("web")
                                .setVersion(1)
                                .setCheckIndex(9)
                                .build());
    }

    @Test
    void a_job_that_never_had_a_deployment_says_so() {
        cluster.answers(
                "GetJob",
                GetJobResponse.newBuilder()
                        .setJob(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 3)))
                        .build());

        CliRun run = CliRun.of(cluster, "job", "promote", "web");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo("error: Job \"web\" never had a deployment: give it an update block and run it\n");
    }

    @Test
    void a_submission_is_followed_to_the_end_of_its_deployment() throws IOException {
        cluster.answers("SubmitJob", Samples.SUBMITTED)
                .streams(
                        "WatchJob",
                        update(11)
                                .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                                .addDeployments(deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 0, 11))
                                .build(),
                        update(12)
                                .addDeployments(deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 1, 12))
                                .build(),
                        update(13)
                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_FAILED))
                                .build(),
                        update(14)
                                .addDeployments(
                                        deployment(DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL, 3, 14).toBuilder()
                                                .setGroups(0, group(3).setPromoted(true)))
                                .build());

        CliRun run = CliRun.of(cluster, "job", "run", file(""));

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                        ==> Job "web" version 3 is submitted, evaluation "52dee78a"
                            Allocation "5e0b39f0" (web.front[0]) placed on node "n1", ports: http 127.0.0.1:21034
                            Allocation "5e0b39f0" (web.front[0]) is running
                            Deployment "7d1fa2c4": front 0 of 1 canaries healthy
                            Deployment "7d1fa2c4": front 1 of 1 canaries healthy
                            Its canaries are healthy; promote them with: gantry deployment promote 7d1fa2c4
                            Allocation "5e0b39f0" (web.front[0]) has failed
                            Deployment "7d1fa2c4": front 3 of 3 healthy
                        ==> Job "web" is running
                        """);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void a_submission_whose_canaries_still_wait_for_promotion_at_the_end_has_not_failed() throws IOException {
        cluster.answers("SubmitJob", Samples.SUBMITTED)
                .streams(
                        "WatchJob",
                        update(11)
                                .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                                .addDeployments(deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 1, 11))
                                .build());

        CliRun run = CliRun.of(cluster, "job", "run", "--wait-timeout", "500ms", file(""));

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).endsWith("""
                            Deployment "7d1fa2c4": front 1 of 1 canaries healthy
                            Its canaries are healthy; promote them with: gantry deployment promote 7d1fa2c4
                        ==> Job "web" waits for promotion of its deployment "7d1fa2c4": front 1 of 1 canaries healthy. To promote it: gantry deployment promote 7d1fa2c4
                        """);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void nobody_is_asked_to_promote_canaries_that_the_server_promotes() throws IOException {
        cluster.answers("SubmitJob", Samples.SUBMITTED)
                .streams(
                        "WatchJob",
                        update(11)
                                .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                                .addDeployments(deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 1, 11))
                                .build());

        CliRun run = CliRun.of(
                cluster, "job", "run", "--wait-timeout", "500ms", file("update { canary = 1 auto_promote = true }"));

        assertThat(run.out()).doesNotContain("promote");
        assertThat(run.err()).startsWith("error: Job \"web\" is not up in time: front 1 of 1 canaries healthy");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void a_submission_whose_deployment_fails_has_failed() throws IOException {
        cluster.answers("SubmitJob", Samples.SUBMITTED)
                .streams(
                        "WatchJob",
                        update(11)
                                .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                                .addDeployments(deployment(DeploymentStatus.DEPLOYMENT_STATUS_FAILED, 0, 11).toBuilder()
                                        .setDescription("An allocation is unhealthy"))
                                .build());

        CliRun run = CliRun.of(cluster, "job", "run", file(""));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo("error: Job \"web\" is not up: its deployment \"7d1fa2c4\" has failed: An allocation is"
                        + " unhealthy\n");
    }

    @Test
    void a_plan_shows_what_changes_field_by_field_and_counts_by_kind() throws IOException {
        cluster.answers(
                "PlanJob",
                PlanJobResponse.newBuilder()
                        .setExists(true)
                        .setModifyIndex(10)
                        .addDiff(FieldDiff.newBuilder()
                                .setField("priority")
                                .setBefore("50")
                                .setAfter("60"))
                        .addDiff(FieldDiff.newBuilder().setField("meta.team").setAfter("shop"))
                        .addDiff(FieldDiff.newBuilder().setField("meta.old").setBefore("a\nb"))
                        .addGroups(GroupPlan.newBuilder()
                                .setTaskGroup("front")
                                .setPlace(1)
                                .setStop(1)
                                .setKeep(2)
                                .setUpdateInPlace(3)
                                .setCanary(1)
                                .setPreempt(1)
                                .addPreempted(Allocation.newBuilder()
                                        .setId("5e0b39f0-1111-2222-3333-444455556666")
                                        .setNodeName("n2")
                                        .setJobId("report")
                                        .setTaskGroup("worker"))
                                .addScores(NodeScore.newBuilder()
                                        .setNodeName("n1")
                                        .setScore(0.5)
                                        .putParts("binpack", 0.5)))
                        .build());

        String file = file("");

        assertThat(CliRun.of(cluster, "job", "plan", file).out()).isEqualTo("""
                        Job "web" is stored already

                        Changes
                        ~ priority: "50" => "60"
                        + meta.team: "shop"
                        - meta.old: "a\\nb"

                        Task Group "front"
                        place 1, stop 1, keep 2, update in place 3, canary 1, preempt 1

                        Preempted for "front"
                        ID        Node  Job     Group
                        5e0b39f0  n2    report  worker

                        Best Nodes for "front"
                        Node  Score  Parts
                        n1    0.50   binpack 0.50

                        Check Index = 10
                        To submit it only if the job has not changed since this plan: gantry job run --check-index 10 %s
                        """.formatted(file));

        Path withVariable = dir.resolve("variable.hcl");
        Files.writeString(withVariable, "variable \"v\" {}\n" + Files.readString(Path.of(file)));
        assertThat(CliRun.of(cluster, "job", "plan", "--var", "v=it's", withVariable.toString())
                        .out())
                .endsWith("gantry job run --check-index 10 --var 'v=it'\\''s' %s\n".formatted(withVariable));
    }

    @Test
    void parameterized_jobs_are_dispatched_with_a_payload_from_standard_input() {
        cluster.answers(
                "DispatchJob",
                DispatchJobResponse.newBuilder()
                        .setDispatchedJobId("resize/dispatch-1770091506-abcdefgh")
                        .setEvaluationId(Samples.EVALUATION_ID)
                        .build());

        CliRun run = CliRun.of(
                Map.of("GANTRY_ADDR", cluster.address()),
                "pixels",
                "job",
                "dispatch",
                "--meta",
                "size=200",
                "--meta",
                "format=png",
                "resize",
                "-");

        assertThat(run.out()).isEqualTo("""
                        Dispatched Job ID = resize/dispatch-1770091506-abcdefgh
                        Evaluation ID     = 52dee78a

                        See: gantry job status resize/dispatch-1770091506-abcdefgh
                        """);
        DispatchJobRequest request = (DispatchJobRequest) cluster.requests().get(0);
        assertThat(request.getPayload()).isEqualTo(ByteString.copyFromUtf8("pixels"));
        assertThat(request.getMetaMap()).containsOnly(Map.entry("size", "200"), Map.entry("format", "png"));
    }

    @Test
    void a_payload_that_is_too_long_or_not_there_is_not_sent() throws IOException {
        Path large = Files.write(dir.resolve("large"), new byte[16 * 1024 + 1]);

        CliRun tooLong = CliRun.of(cluster, "job", "dispatch", "resize", large.toString());
        CliRun missing = CliRun.of(
                cluster, "job", "dispatch", "resize", dir.resolve("none").toString());

        assertThat(tooLong.err()).isEqualTo("error: The payload %s is longer than 16 KiB\n".formatted(large));
        assertThat(missing.err()).startsWith("error: Can't read the payload ");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(cluster.requests()).isEmpty();
    }

    @Test
    void periodic_jobs_say_when_they_run_and_can_be_run_now() {
        Job job = Samples.job(JobType.JOB_TYPE_BATCH, 1).toBuilder()
                .setPeriodic(Periodic.newBuilder()
                        .addCrons("0 3 * * *")
                        .addCrons("@weekly")
                        .setTimeZone("UTC"))
                .build();
        cluster.answers(
                        "GetJob",
                        GetJobResponse.newBuilder()
                                .setJob(Samples.record(job))
                                .setNextRunTime(Samples.ago(java.time.Duration.ofHours(-1)))
                                .build())
                .answers(
                        "ListJobs",
                        ListJobsResponse.newBuilder()
                                .addJobs(Samples.record(Samples.job(JobType.JOB_TYPE_BATCH, 1).toBuilder()
                                        .setId("web/periodic-1770091000")
                                        .build()))
                                .build())
                .answers(
                        "ForcePeriodicJob",
                        ForcePeriodicJobResponse.newBuilder()
                                .setChildJobId("web/periodic-1770091506")
                                .setEvaluationId(Samples.EVALUATION_ID)
                                .build());

        String status = CliRun.of(cluster, "job", "status", "web").out();
        assertThat(status).contains("""
                        Periodic    = 0 3 * * *, @weekly (UTC)
                        Next Run    = 2026-02-03T05:05:06Z
                        """);
        assertThat(status).contains("""
                        Children Job Summary
                        Pending  Running  Dead
                        0        1        0

                        Children
                        ID                       Status   Submit Date
                        web/periodic-1770091000  running  2026-02-03T03:55:06Z
                        """);
        assertThat((ListJobsRequest) cluster.requests().get(1))
                .returns("web", ListJobsRequest::getParentId)
                .returns("id desc", ListJobsRequest::getOrderBy);
        assertThat(CliRun.of(cluster, "job", "periodic", "force", "web").out()).isEqualTo("""
                        Child Job ID  = web/periodic-1770091506
                        Evaluation ID = 52dee78a

                        See: gantry job status web/periodic-1770091506
                        """);
    }

    @Test
    void a_periodic_job_is_not_waited_for() throws IOException {
        cluster.answers("SubmitJob", Samples.SUBMITTED);

        CliRun run = CliRun.of(cluster, "job", "run", file("type = \"batch\" periodic { cron = \"0 3 * * *\" }"));

        assertThat(run.out())
                .isEqualTo(
                        "==> Job \"web\" version 3 is submitted, it runs on its schedule; to run it now: gantry job periodic"
                                + " force web\n");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void the_versions_of_a_job_say_which_are_stable() {
        cluster.answers(
                "ListJobVersions",
                ListJobVersionsResponse.newBuilder()
                        .addVersions(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 1)))
                        .addVersions(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 1)).toBuilder()
                                .setVersion(2)
                                .setStable(true))
                        .build());

        assertThat(CliRun.of(cluster, "job", "history", "web").out()).isEqualTo("""
                        Version  Stable  Submit Date
                        3        no      2026-02-03T03:55:06Z
                        2        yes     2026-02-03T03:55:06Z
                        """);
    }

    @Test
    void a_job_shows_its_latest_deployment() {
        cluster.answers(
                "GetJob",
                GetJobResponse.newBuilder()
                        .setJob(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 3)))
                        .setDeployment(deployment(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING, 1, 11))
                        .build());

        assertThat(CliRun.of(cluster, "job", "status", "web").out()).contains("""
                        Latest Deployment
                        ID          = 7d1fa2c4
                        Version     = 3
                        Status      = running
                        Description = Canaries are tried
                        """);
    }

    @Test
    void an_allocation_shows_its_checks_restarts_reschedules_and_health() {
        Allocation allocation = Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING).toBuilder()
                .setHealthy(false)
                .setCanary(true)
                .setDeploymentId(DEPLOYMENT_ID)
                .setPreviousAllocationId("0a1b2c3d-1111-2222-3333-444455556666")
                .addRescheduleTimes(Samples.ago(java.time.Duration.ofMinutes(1)))
                .setNextRescheduleTime(Samples.ago(java.time.Duration.ofMinutes(-1)))
                .addChecks(CheckState.newBuilder()
                        .setTask("nginx")
                        .setService("web")
                        .setCheck("alive")
                        .setStatus(CheckStatus.CHECK_STATUS_FAILING)
                        .setOutput("503 Service Unavailable\nbody")
                        .setStatusTime(Samples.ago(java.time.Duration.ofSeconds(30))))
                .addTaskStates(Samples.failedTask().toBuilder()
                        .setRestarts(2)
                        .setLastRestartTime(Samples.ago(java.time.Duration.ofSeconds(20))))
                .build();
        cluster.answers(
                "GetAllocation",
                GetAllocationResponse.newBuilder().setAllocation(allocation).build());

        String out = CliRun.of(cluster, "alloc", "status", "5e0b").out();

        assertThat(out).contains("""
                        Client Status  = running
                        Healthy        = no
                        Canary         = yes
                        Deployment ID  = 7d1fa2c4
                        Replaces       = 0a1b2c3d
                        Rescheduled    = 1 time, next at 2026-02-03T04:06:06Z
                        """);
        assertThat(out).contains("""
                        Checks
                        Task   Service  Check  Status   Since    Output
                        nginx  web      alive  failing  30s ago  503 Service Unavailable
                        """);
        assertThat(out).contains("Restarts  = 2, the last 20s ago\n");
    }

    @Test
    void a_drain_that_is_neither_enabled_nor_disabled_is_refused_in_one_sentence() {
        CliRun run = CliRun.of(cluster, "node", "drain", "n1");

        assertThat(run.err())
                .startsWith("error: Give ")
                .contains("--enable")
                .contains("--disable")
                .contains("--monitor");
    }

    @Test
    void a_drain_is_followed_until_the_node_is_drained() {
        Node draining = Samples.node("n1").toBuilder()
                .setModifyIndex(20)
                .setDrain(Drain.newBuilder().setDeadline(Samples.ago(java.time.Duration.ofHours(-1))))
                .build();
        Message running = ListAllocationsResponse.newBuilder()
                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                .build();
        Message none = ListAllocationsResponse.getDefaultInstance();
        cluster.answers(
                        "GetNode",
                        GetNodeResponse.newBuilder().setNode(Samples.node("n1")).build())
                .answers(
                        "DrainNode",
                        DrainNodeResponse.newBuilder().setNode(draining).build())
                .on(
                        "ListAllocations",
                        request -> List.of(
                                cluster.requests().stream()
                                                        .filter(request::equals)
                                                        .count()
                                                == 1
                                        ? running
                                        : none))
                .streams(
                        "WatchNode",
                        WatchNodeResponse.newBuilder().setNode(draining).build(),
                        WatchNodeResponse.newBuilder()
                                .setNode(draining.toBuilder().clearDrain().setModifyIndex(21))
                                .build());

        CliRun run = CliRun.of(cluster, "node", "drain", "--enable", "--deadline", "30m", "n1");

        assertThat(run.out()).isEqualTo("""
                        ==> Node "n1" is being drained, until 2026-02-03T05:05:06Z
                            Allocation "5e0b39f0" has left
                        ==> Node "n1" is drained
                        """);
        assertThat(run.exitCode()).isZero();
        assertThat(cluster.requests())
                .filteredOn(DrainNodeRequest.class::isInstance)
                .singleElement()
                .satisfies(request -> assertThat(
                                ((DrainNodeRequest) request).getBegin().getDeadline())
                        .isEqualTo(Duration.newBuilder().setSeconds(1800).build()));
    }

    @Test
    void allocations_that_leave_at_once_are_reported() {
        Node node = Samples.node("n1");
        AtomicBoolean drained = new AtomicBoolean();
        cluster.answers("GetNode", GetNodeResponse.newBuilder().setNode(node).build())
                .on("DrainNode", request -> {
                    drained.set(true);
                    return List.of(DrainNodeResponse.newBuilder().setNode(node).build());
                })
                .on(
                        "ListAllocations",
                        request -> List.of(
                                drained.get()
                                        ? ListAllocationsResponse.getDefaultInstance()
                                        : ListAllocationsResponse.newBuilder()
                                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                                                .build()))
                .streams(
                        "WatchNode",
                        WatchNodeResponse.newBuilder().setNode(node).build());

        CliRun run = CliRun.of(cluster, "node", "drain", "-enable", "-monitor", "n1");

        assertThat(run.out()).contains("    Allocation \"5e0b39f0\" has left\n==> Node \"n1\" is drained\n");
        assertThat(run.exitCode()).isZero();
        assertThat(CliRun.of(cluster, "node", "drain", "-disable", "-monitor", "n1")
                        .err())
                .startsWith("error: --disable ends a drain: leave out --monitor\n");
    }

    @Test
    void the_drain_that_another_command_has_begun_is_followed_and_not_changed() {
        Node node = Samples.node("n1");
        Node draining = node.toBuilder()
                .setModifyIndex(20)
                .setDrain(Drain.getDefaultInstance())
                .build();
        AtomicReference<Node> now = new AtomicReference<>(draining);
        cluster.on(
                        "GetNode",
                        request -> List.of(
                                GetNodeResponse.newBuilder().setNode(now.get()).build()))
                .answers("ListAllocations", ListAllocationsResponse.getDefaultInstance())
                .streams(
                        "WatchNode",
                        WatchNodeResponse.newBuilder()
                                .setNode(node.toBuilder().setModifyIndex(21))
                                .build());

        assertThat(CliRun.of(cluster, "node", "drain", "-monitor", "n1").out()).isEqualTo("""
                ==> Node "n1" is being drained
                ==> Node "n1" is drained
                """);
        now.set(node);
        assertThat(CliRun.of(cluster, "node", "drain", "--monitor", "n1").out())
                .isEqualTo("==> Node \"n1\" is not being drained\n");
        assertThat(cluster.requests()).noneMatch(DrainNodeRequest.class::isInstance);
    }

    @Test
    void the_node_of_this_machine_is_found_by_the_host_name() throws Exception {
        String hostname = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        Node own = Samples.node("mine").toBuilder()
                .setId("11111111-2222-3333-4444-555555555555")
                .putAttributes("unique.hostname", hostname)
                .build();
        Node other = Samples.node("other").toBuilder()
                .putAttributes("unique.hostname", hostname + "-2")
                .build();
        AtomicReference<List<Node>> nodes = new AtomicReference<>(List.of(own, other));
        cluster.on(
                        "ListNodes",
                        request -> List.of(ListNodesResponse.newBuilder()
                                .addAllNodes(nodes.get())
                                .build()))
                .answers("GetNode", GetNodeResponse.newBuilder().setNode(own).build())
                .answers("ListAllocations", ListAllocationsResponse.getDefaultInstance());

        assertThat(CliRun.of(cluster, "node", "status", "-self").exitCode()).isZero();
        assertThat(cluster.requests())
                .contains(GetNodeRequest.newBuilder().setNodeId(own.getId()).build());
        nodes.set(List.of(other));
        assertThat(CliRun.of(cluster, "node", "drain", "--enable", "--self").err())
                .isEqualTo(
                        "error: No node has the host name %s of this machine. Name a node; 'gantry node status' lists them\n"
                                .formatted(hostname));
        nodes.set(List.of(own, own.toBuilder().setName("twin").build()));
        assertThat(CliRun.of(cluster, "node", "eligibility", "--disable", "--self")
                        .err())
                .startsWith("error: The nodes \"mine\" (11111111), \"twin\" (11111111) have the host name");
        assertThat(CliRun.of(cluster, "node", "eligibility", "--disable").exitCode())
                .isEqualTo(2);
        assertThat(CliRun.of(cluster, "node", "status", "--self", "n1").exitCode())
                .isEqualTo(2);
        assertThat(cluster.requests()).noneMatch(DrainNodeRequest.class::isInstance);
    }

    @Test
    @Timeout(60)
    void a_drain_that_finds_no_room_elsewhere_says_so_once() {
        Node draining = Samples.node("n1").toBuilder()
                .setModifyIndex(20)
                .setDrain(Drain.newBuilder().setDeadline(Samples.ago(java.time.Duration.ofHours(-1))))
                .build();
        AtomicReference<StreamObserver<Message>> watch = new AtomicReference<>();
        AtomicInteger asked = new AtomicInteger();
        cluster.answers(
                        "GetNode",
                        GetNodeResponse.newBuilder().setNode(Samples.node("n1")).build())
                .answers(
                        "DrainNode",
                        DrainNodeResponse.newBuilder().setNode(draining).build())
                .on(
                        "ListAllocations",
                        request -> List.of(
                                asked.get() > 0
                                        ? ListAllocationsResponse.getDefaultInstance()
                                        : ListAllocationsResponse.newBuilder()
                                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                                                .build()))
                .script("WatchNode", (request, observer) -> {
                    watch.set(observer);
                    observer.onNext(
                            WatchNodeResponse.newBuilder().setNode(draining).build());
                })
                .on("GetJob", request -> {
                    asked.incrementAndGet();
                    watch.get()
                            .onNext(WatchNodeResponse.newBuilder()
                                    .setNode(draining.toBuilder().clearDrain().setModifyIndex(21))
                                    .build());
                    return List.of(GetJobResponse.newBuilder()
                            .setJob(Samples.record(Samples.job(JobType.JOB_TYPE_SERVICE, 1)))
                            .setEvaluation(Samples.blocked(15))
                            .build());
                });

        CliRun run = CliRun.of(cluster, "node", "drain", "--enable", "n1");

        assertThat(run.out())
                .contains("    Job \"web\" can't be placed elsewhere and stays until it can or until the deadline:"
                        + " 1 of group \"front\" unplaced: Constraint")
                .endsWith("==> Node \"n1\" is drained\n");
        assertThat(asked).hasValue(1);
    }

    @Test
    void a_node_is_told_to_accept_its_server_once_that_is_confirmed() {
        Node refusing = Samples.node("n1").toBuilder()
                .setStatus(NodeStatus.NODE_STATUS_REFUSING)
                .setStatusDescription("the server is of another cluster")
                .setModifyIndex(20)
                .build();
        Node ready = refusing.toBuilder()
                .setStatus(NodeStatus.NODE_STATUS_READY)
                .clearStatusDescription()
                .setModifyIndex(21)
                .build();
        cluster.answers(
                        "ListNodes",
                        ListNodesResponse.newBuilder()
                                .addNodes(refusing)
                                .addNodes(Samples.node("n2"))
                                .build())
                .answers(
                        "RejoinNode",
                        RejoinNodeResponse.newBuilder().setNode(refusing).build())
                .answers("GetNode", GetNodeResponse.newBuilder().setNode(ready).build());
        Map<String, String> environment = Map.of("GANTRY_ADDR", cluster.address());

        CliRun refused = CliRun.of(environment, "no\n", "node", "rejoin", "--all");
        CliRun confirmed = CliRun.of(environment, "y\n", "node", "rejoin", "--all");
        CliRun unasked = CliRun.of(cluster, "node", "rejoin", "--all", "-yes");
        CliRun list = CliRun.of(cluster, "node", "status");
        CliRun neither = CliRun.of(cluster, "node", "rejoin");

        assertThat(refused.exitCode()).isOne();
        assertThat(refused.err()).contains("Not confirmed; nothing was changed");
        assertThat(confirmed.out())
                .contains("the server is of another cluster\n")
                .contains("Have n1 stop, and delete the data of, what this server does not know? [y/N] ")
                .endsWith("==> Node \"n1\" accepts this server\n");
        assertThat(unasked.out()).isEqualTo("==> Node \"n1\" accepts this server\n");
        assertThat(unasked.exitCode()).isZero();
        assertThat(list.out()).contains("refusing\n").endsWith("\nn1: the server is of another cluster\n");
        assertThat(neither.exitCode()).isNotZero();
        assertThat(cluster.requests().stream().filter(RejoinNodeRequest.class::isInstance))
                .containsExactly(
                        RejoinNodeRequest.newBuilder()
                                .setNodeId(refusing.getId())
                                .build(),
                        RejoinNodeRequest.newBuilder()
                                .setNodeId(refusing.getId())
                                .build());
    }

    @Test
    void thousands_of_nodes_are_told_before_any_is_waited_for_and_one_that_is_away_holds_up_none() {
        List<Node> refusing = IntStream.rangeClosed(1, 3000)
                .mapToObj(i -> Samples.node("n" + i).toBuilder()
                        .setId("%08d-0000-4000-8000-000000000000".formatted(i))
                        .setStatus(NodeStatus.NODE_STATUS_REFUSING)
                        .build())
                .toList();
        AtomicInteger lists = new AtomicInteger();
        Map<String, Integer> calls = new ConcurrentHashMap<>();
        cluster.on("ListNodes", (ListNodesRequest request) -> {
            // All nodes but the second accept the server at the third poll; the second is not reachable at first.
            boolean haveObeyed = lists.incrementAndGet() > 2;
            return List.of(ListNodesResponse.newBuilder()
                    .addAllNodes(refusing.stream()
                            .map(node -> haveObeyed
                                            && !node.getId()
                                                    .equals(refusing.get(1).getId())
                                    ? node.toBuilder()
                                            .setStatus(NodeStatus.NODE_STATUS_READY)
                                            .build()
                                    : node)
                            .toList())
                    .build());
        });
        cluster.script("RejoinNode", (request, observer) -> {
            String id = ((RejoinNodeRequest) request).getNodeId();
            int call = calls.merge(id, 1, Integer::sum);
            if (id.equals(refusing.get(1).getId()) && call == 1) {
                observer.onError(Status.UNAVAILABLE
                        .withDescription("Node n2 is not connected")
                        .asRuntimeException());
            } else if (id.equals(refusing.get(2).getId())) {
                // An earlier call has reached the node, but its response was lost.
                observer.onError(Status.FAILED_PRECONDITION
                        .withDescription("Node n3 does not refuse this server")
                        .asRuntimeException());
            } else {
                observer.onNext(RejoinNodeResponse.getDefaultInstance());
                observer.onCompleted();
            }
        });
        cluster.answers(
                "GetNode",
                GetNodeResponse.newBuilder()
                        .setNode(refusing.get(1).toBuilder().setStatus(NodeStatus.NODE_STATUS_READY))
                        .build());

        CliRun run = CliRun.of(Map.of("GANTRY_ADDR", cluster.address()), "y\n", "node", "rejoin", "--all");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().filter(line -> line.endsWith(" accepts this server")))
                .hasSize(3000);
        assertThat(run.out())
                .contains("and 2980 other nodes\nHave all 3000 nodes stop, and delete the data of,")
                .doesNotContain("Node \"n21\" (");
        assertThat(calls).hasSize(3000).containsEntry(refusing.get(1).getId(), 2);
    }

    @Test
    void nodes_that_cannot_be_told_are_named_and_the_others_are_told() {
        Node refusing = Samples.node("n1").toBuilder()
                .setStatus(NodeStatus.NODE_STATUS_REFUSING)
                .build();
        Node down = Samples.node("n2").toBuilder()
                .setId("bbbbbbbb-0000-4000-8000-000000000000")
                .setStatus(NodeStatus.NODE_STATUS_DOWN)
                .build();
        AtomicBoolean isTold = new AtomicBoolean();
        cluster.on("GetNode", (GetNodeRequest request) -> {
            Node node = request.getNodeId().equals("n2") || request.getNodeId().equals(down.getId())
                    ? down
                    : refusing.toBuilder()
                            .setStatus(isTold.get() ? NodeStatus.NODE_STATUS_READY : NodeStatus.NODE_STATUS_REFUSING)
                            .build();
            return List.of(GetNodeResponse.newBuilder().setNode(node).build());
        });
        cluster.script("RejoinNode", (request, observer) -> {
            if (((RejoinNodeRequest) request).getNodeId().equals(down.getId())) {
                observer.onError(Status.UNAVAILABLE
                        .withDescription("Node n2 is not connected")
                        .asRuntimeException());
            } else {
                isTold.set(true);
                observer.onNext(RejoinNodeResponse.getDefaultInstance());
                observer.onCompleted();
            }
        });

        CliRun run = CliRun.of(cluster, "node", "rejoin", "--yes", "n2", "n1");

        assertThat(run.out()).isEqualTo("==> Node \"n1\" accepts this server\n");
        assertThat(run.err()).isEqualTo("error: Node \"n2\": it is down; start it, and tell it again\n");
        assertThat(run.exitCode()).isOne();
    }

    @Test
    void a_drain_can_be_forced_left_open_and_ended() {
        cluster.answers(
                "DrainNode",
                DrainNodeResponse.newBuilder().setNode(Samples.node("n1")).build());

        CliRun.of(cluster, "node", "drain", "-enable", "--force", "--detach", "n1");
        CliRun.of(cluster, "node", "drain", "--enable", "--no-deadline", "--ignore-system", "--detach", "n1");
        CliRun.of(cluster, "node", "drain", "--enable", "--detach", "n1");
        CliRun ended = CliRun.of(cluster, "node", "drain", "--disable", "n1");
        CliRun neither = CliRun.of(cluster, "node", "drain", "n1");

        List<DrainNodeRequest> requests =
                cluster.requests().stream().map(DrainNodeRequest.class::cast).toList();
        assertThat(requests).hasSize(4);
        assertThat(requests.get(0).getBegin().getDeadline()).isEqualTo(Duration.getDefaultInstance());
        assertThat(requests.get(0).getBegin().hasDeadline()).isTrue();
        assertThat(requests.get(1).getBegin().hasDeadline()).isFalse();
        assertThat(requests.get(1).getBegin().getIgnoreSystemJobs()).isTrue();
        assertThat(requests.get(2).getBegin().getDeadline().getSeconds()).isEqualTo(3600);
        assertThat(requests.get(3).getEnd().getMarkEligible()).isTrue();
        assertThat(ended.out()).isEqualTo("==> Node \"n1\" is not drained any more\n");
        assertThat(neither.exitCode()).isEqualTo(2);
    }

    @Test
    void a_node_is_made_ineligible() {
        cluster.answers(
                "SetNodeEligibility",
                SetNodeEligibilityResponse.newBuilder()
                        .setNode(Samples.node("n1"))
                        .build());

        CliRun run = CliRun.of(cluster, "node", "eligibility", "--disable", "n1");

        assertThat(run.out()).isEqualTo("==> Node \"n1\" is not eligible for new allocations\n");
        assertThat(cluster.requests())
                .containsExactly(SetNodeEligibilityRequest.newBuilder()
                        .setNodeId("n1")
                        .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)
                        .build());
    }

    @Test
    void services_are_listed_and_found() {
        cluster.answers(
                        "ListServices",
                        ListServicesResponse.newBuilder()
                                .addServices(ServiceSummary.newBuilder()
                                        .setName("web")
                                        .addTags("eu")
                                        .setHealthy(1)
                                        .setTotal(2))
                                .build())
                .answers(
                        "GetService",
                        GetServiceResponse.newBuilder()
                                .addInstances(ServiceInstance.newBuilder()
                                        .setService("web")
                                        .setIp("127.0.0.1")
                                        .setPort(21034)
                                        .addTags("eu")
                                        .setJobId("shop")
                                        .setTask("nginx")
                                        .setNodeId(Samples.NODE_ID)
                                        .setAllocationId(Samples.ALLOCATION_ID))
                                .build());

        assertThat(CliRun.of(cluster, "service", "list").out()).isEqualTo("""
                        Service  Tags  Healthy  Total
                        web      eu    1        2
                        """);
        assertThat(CliRun.of(cluster, "service", "info", "--tag", "eu", "web").out())
                .isEqualTo("""
                        Address          Tags  Job   Task   Node ID   Alloc ID
                        127.0.0.1:21034  eu    shop  nginx  3e84d3d2  5e0b39f0
                        """);
        assertThat(((GetServiceRequest) cluster.requests().get(1)).getTagsList())
                .containsExactly("eu");
    }

    @Test
    void a_service_that_nobody_declares_is_an_error_and_one_without_healthy_instances_is_not() {
        cluster.answers(
                        "ListServices",
                        ListServicesResponse.newBuilder()
                                .addServices(ServiceSummary.newBuilder().setName("web"))
                                .addServices(ServiceSummary.newBuilder().setName("web-admin"))
                                .build())
                .answers("GetService", GetServiceResponse.getDefaultInstance());

        assertThat(CliRun.of(cluster, "service", "info", "web"))
                .isEqualTo(new CliRun(0, "No healthy instances of service \"web\"\n", ""));
        assertThat(CliRun.of(cluster, "service", "info", "we"))
                .isEqualTo(new CliRun(1, "", "error: There is no service \"we\". See: gantry service list\n"));
    }

    private static WatchJobResponse.Builder update(long index) {
        return WatchJobResponse.newBuilder().setIndex(index);
    }

    private static DeploymentGroup.Builder group(int healthy) {
        return DeploymentGroup.newBuilder()
                .setTaskGroup("front")
                .setDesiredCanaries(1)
                .setDesiredTotal(3)
                .setPlaced(1)
                .setHealthy(healthy)
                .setProgressDeadline(Samples.ago(java.time.Duration.ofMinutes(1)));
    }

    private static Deployment deployment(DeploymentStatus status, int healthy, long index) {
        return Deployment.newBuilder()
                .setId(DEPLOYMENT_ID)
                .setJobId("web")
                .setJobVersion(3)
                .setStatus(status)
                .setDescription("Canaries are tried")
                .setModifyIndex(index)
                .addGroups(group(healthy))
                .build();
    }

    private String file(String more) throws IOException {
        Path file = dir.resolve("web.hcl");
        Files.writeString(file, """
                job "web" {
                  %s
                  group "front" {
                    task "nginx" {
                      driver = "rkt"
                      config { image = "/srv/nginx.aci" }
                    }
                  }
                }
                """.formatted(more));
        return file.toString();
    }
}
