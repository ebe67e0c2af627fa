package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.GroupPlan;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRefusal;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.ListJobsResponse;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.NodeVerdict;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.PlanJobRequest;
import dev.gantry.v1.PlanJobResponse;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.StopJobResponse;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.ValidateJobRequest;
import dev.gantry.v1.ValidateJobResponse;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobCommandsTest {

    private static final String HCL = """
            job "web" {
              datacenters = ["dc1"]
              type = "%s"
              group "front" {
                task "nginx" {
                  driver = "rkt"
                  config { image = "/srv/nginx.aci" }
                }
              }
            }
            """;

    @TempDir
    Path dir;

    @AutoClose
    private final ScriptedCluster cluster = new ScriptedCluster().answers("SubmitJob", Samples.SUBMITTED);

    @Test
    void a_service_is_followed_until_it_runs() throws IOException {
        cluster.streams(
                "WatchJob",
                update(10)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_PENDING, 10))
                        .build(),
                update(11)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_PENDING))
                        .build(),
                update(12)
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                        .build());

        CliRun run = CliRun.of(cluster, "job", "run", file("service"));

        assertThat(run.out()).isEqualTo("""
                        ==> Job "web" version 3 is submitted, evaluation "52dee78a"
                            Allocation "5e0b39f0" (web.front[0]) placed on node "n1", ports: http 127.0.0.1:21034
                            Allocation "5e0b39f0" (web.front[0]) is running
                        ==> Job "web" is running
                        """);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        Job submitted = ((SubmitJobRequest) cluster.requests().get(0)).getJob();
        assertThat(submitted.getTaskGroups(0).getTasks(0).getDriver()).isEqualTo("rkt");
    }

    @Test
    void a_batch_job_is_followed_until_it_has_completed() throws IOException {
        cluster.streams(
                "WatchJob",
                update(11)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                        .build(),
                update(12)
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_COMPLETE))
                        .build());

        CliRun run = CliRun.of(cluster, "job", "run", file("batch"));

        assertThat(run.out()).endsWith("""
                            Allocation "5e0b39f0" (web.front[0]) is running
                            Allocation "5e0b39f0" (web.front[0]) is complete
                        ==> Job "web" has completed
                        """);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void a_failed_task_ends_it_with_1_and_says_what_happened_and_where_to_look() throws IOException {
        cluster.streams(
                "WatchJob",
                update(12)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_FAILED).toBuilder()
                                .addTaskStates(Samples.failedTask()))
                        .build());

        CliRun run = CliRun.of(cluster, "job", "run", file("service"));

        assertThat(run.err())
                .isEqualTo("error: Job \"web\" has failed: task \"nginx\" of allocation \"5e0b39f0\" on node \"n1\":"
                        + " Task started, then Exit code 3 (log: gantry alloc logs --stderr 5e0b39f0 nginx)\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void a_service_whose_task_ends_as_soon_as_it_has_started_is_not_said_to_run() throws IOException {
        Allocation failed = Samples.allocation(ClientStatus.CLIENT_STATUS_FAILED).toBuilder()
                .addTaskStates(Samples.failedTask())
                .build();
        cluster.streams(
                "WatchJob",
                update(11)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                        .build(),
                update(12).addAllocations(failed).build());

        CliRun run = CliRun.of(cluster, "job", "run", file("service"));

        assertThat(run.err()).contains("has failed: task \"nginx\"");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void a_job_that_fits_nowhere_ends_it_with_1_and_the_reason() throws IOException {
        cluster.streams(
                "WatchJob", update(11).addEvaluations(Samples.blocked(11)).build());

        CliRun run = CliRun.of(cluster, "job", "run", "--wait-timeout", "500ms", file("service"));

        assertThat(run.out())
                .endsWith("    Blocked: 1 of group \"front\" unplaced:"
                        + " Constraint \"${driver.rkt.version} > 1.2\" filtered 1 of 1 node\n");
        assertThat(run.err())
                .startsWith("error: Job \"web\" is blocked: 1 of group \"front\" unplaced: Constraint")
                .hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void a_job_that_is_not_up_in_time_ends_it_with_1_and_how_far_it_is() throws IOException {
        cluster.streams(
                "WatchJob",
                update(11)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_PENDING))
                        .build());

        CliRun run = CliRun.of(cluster, "job", "run", "--wait-timeout", "500ms", file("service"));

        assertThat(run.err())
                .isEqualTo("error: Job \"web\" is not up in time: 0 of 1 allocations run. The server keeps trying; see:"
                        + " gantry job status web\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void a_clock_that_is_set_ahead_does_not_end_the_wait() throws IOException {
        cluster.streams(
                "WatchJob",
                update(11)
                        .addEvaluations(Samples.evaluation(EvaluationStatus.EVALUATION_STATUS_COMPLETE, 11))
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_PENDING))
                        .build(),
                update(12)
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                        .build());
        AtomicInteger looks = new AtomicInteger();

        CliRun run = CliRun.of(
                cluster,
                () -> CliRun.NOW.plus(Duration.ofHours(looks.incrementAndGet())),
                "job",
                "run",
                file("service"));

        assertThat(run.exitCode()).isZero();
    }

    @Test
    void a_detached_run_prints_the_evaluation_and_nothing_else() throws IOException {
        CliRun run = CliRun.of(cluster, "job", "run", "--detach", "--check-index", "7", file("service"));

        assertThat(run).isEqualTo(new CliRun(0, Samples.EVALUATION_ID + "\n", ""));
        assertThat(((SubmitJobRequest) cluster.requests().get(0)).getCheckIndex())
                .isEqualTo(7);
    }

    @Test
    void a_job_can_be_read_from_standard_input() {
        CliRun run = CliRun.of(
                Map.of("GANTRY_ADDR", cluster.address()), HCL.formatted("service"), "job", "run", "--detach", "-");

        assertThat(run.exitCode()).isZero();
        assertThat(((SubmitJobRequest) cluster.requests().get(0)).getJob().getId())
                .isEqualTo("web");
    }

    @Test
    void a_plan_shows_for_each_node_why_or_why_not_and_how_to_go_on() throws IOException {
        cluster.answers("PlanJob", plan());
        String file = file("service");

        CliRun run = CliRun.of(cluster, "job", "plan", file);

        assertThat(run.out()).isEqualTo("""
                        Job "web" is stored already

                        Task Group "front"
                        place 1, stop 2, keep 3

                        Nodes for "front"
                        Node  Fits  Score  Placed  Reason
                        n1    yes   0.71   1
                        n2    no    -      0       Constraint "${driver.rkt.version} > 1.2"

                        Not placed: 1 of "front"
                        2 lack memory

                        Check Index = 9
                        To submit it only if the job has not changed since this plan: gantry job run --check-index 9 FILE
                        """.replace("FILE", file));
        assertThat(run.exitCode()).isZero();
        assertThat(((PlanJobRequest) cluster.requests().get(0)).getJob().getType())
                .isEqualTo(JobType.JOB_TYPE_SERVICE);
    }

    @Test
    void a_plan_of_an_unchanged_job_says_that_nothing_changes() throws IOException {
        PlanJobResponse.Builder unchanged = plan().toBuilder();
        unchanged.getGroupsBuilder(0).clearPlace().clearStop().clearFailure();
        cluster.answers("PlanJob", unchanged.build());

        assertThat(CliRun.of(cluster, "job", "plan", file("service")).out())
                .startsWith("Job \"web\" is stored already, with the same content; its allocations stay as they are\n");
    }

    @Test
    void a_plan_shows_one_score_for_a_node() throws IOException {
        PlanJobResponse.Builder scored = plan().toBuilder();
        scored.getGroupsBuilder(0)
                .addScores(
                        NodeScore.newBuilder().setNodeName("n1").setScore(0.62).putParts("binpack", 0.62));
        cluster.answers("PlanJob", scored.build());

        assertThat(CliRun.of(cluster, "job", "plan", file("service")).out()).contains("""
                        Nodes for "front"
                        Node  Fits  Placed  Reason
                        n1    yes   1
                        n2    no    0       Constraint "${driver.rkt.version} > 1.2"

                        Best Nodes for "front"
                        Node  Score  Parts
                        n1    0.62   binpack 0.62
                        """);
    }

    @Test
    void a_plan_can_be_had_as_json() throws IOException {
        cluster.answers("PlanJob", plan());

        CliRun run = CliRun.of(cluster, "job", "plan", "--json", file("service"));

        assertThat(JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray("groups"))
                .hasSize(1);
    }

    @Test
    void a_valid_job_is_said_to_be() throws IOException {
        cluster.answers("ValidateJob", ValidateJobResponse.getDefaultInstance());

        CliRun run = CliRun.of(cluster, "job", "validate", file("service"));

        assertThat(run).isEqualTo(new CliRun(0, "Job \"web\" is valid\n", ""));
    }

    @Test
    void each_fault_of_an_invalid_job_has_its_place_in_the_file() throws IOException {
        cluster.answers(
                "ValidateJob",
                ValidateJobResponse.newBuilder()
                        .addViolations(JobViolation.newBuilder()
                                .setField("task_groups[0].tasks[0].config.image")
                                .setDescription("is missing"))
                        .addViolations(JobViolation.newBuilder()
                                .setField("task_groups[0].count")
                                .setDescription("is -1: must be 0 or more"))
                        .build());

        String file = file("service");
        CliRun run = CliRun.of(cluster, "job", "validate", file);

        assertThat(run).isEqualTo(new CliRun(1, "", """
                        error: %1$s:4:3: count: is -1: must be 0 or more
                              group "front" {
                              ^
                        error: %1$s:7:24: image: is missing
                                  config { image = "/srv/nginx.aci" }
                                                   ^
                        """.formatted(file)));
        assertThat(JsonParser.parseString(CliRun.of(cluster, "job", "validate", "--json", file("service"))
                                .out())
                        .getAsJsonObject()
                        .getAsJsonArray("violations"))
                .hasSize(2);
    }

    @Test
    void faults_of_the_file_and_those_that_the_server_finds_come_in_one_run() throws IOException {
        Path file = Files.writeString(dir.resolve("web.hcl"), """
                job "web" {
                  type = "servise"
                  group "front" {
                    count = -1
                    task "nginx" {
                      driver = var.nope
                      config { nett = "host" }
                    }
                  }
                }
                """);
        cluster.answers(
                "ValidateJob",
                ValidateJobResponse.newBuilder()
                        .addViolations(violation("type", "follows from the fault of its line"))
                        .addViolations(violation("datacenters", "is not said by the file"))
                        .addViolations(violation("task_groups[0].tasks[0].driver", "could not be read"))
                        .addViolations(violation("task_groups[0].tasks[0].config.nett", "Unknown setting"))
                        .build());

        for (String command : new String[] {"validate", "plan", "run"}) {
            CliRun run = CliRun.of(cluster, "job", command, file.toString());

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err().lines().filter(line -> line.startsWith("error: ")))
                    .hasSize(4)
                    .satisfiesExactly(
                            type -> assertThat(type).contains("web.hcl:2:", "type"),
                            count -> assertThat(count).contains("web.hcl:4:", "count"),
                            driver -> assertThat(driver).contains("web.hcl:6:", "nope"),
                            config -> assertThat(config).contains("web.hcl:7:23: nett: Unknown setting"));
        }
        assertThat(cluster.requests()).allMatch(ValidateJobRequest.class::isInstance);
        CliRun json = CliRun.of(cluster, "--json", "job", "validate", file.toString());
        assertThat(json.exitCode()).isEqualTo(1);
        assertThat(JsonParser.parseString(json.out()).getAsJsonObject().getAsJsonArray("violations"))
                .hasSize(4)
                .last()
                .satisfies(
                        last -> assertThat(last.getAsJsonObject().get("field").getAsString())
                                .isEqualTo(file + ":7:23"));
        CliRun alone = CliRun.of(Map.of("GANTRY_ADDR", "127.0.0.1:1"), "", "job", "validate", file.toString());
        assertThat(alone.err().lines().filter(line -> line.startsWith("error: ")))
                .hasSize(3);
    }

    private static JobViolation violation(String field, String description) {
        return JobViolation.newBuilder()
                .setField(field)
                .setDescription(description)
                .build();
    }

    @Test
    void a_job_that_the_token_may_not_submit_fails_validation_and_its_plan_with_each_reason() throws IOException {
        JobRefusal root = JobRefusal.newBuilder()
                .setField("task_groups[0].tasks[0].user")
                .setDescription("root is denied by policy team")
                .build();
        cluster.answers(
                "ValidateJob",
                ValidateJobResponse.newBuilder()
                        .addRefusals(root)
                        .addRefusals(JobRefusal.newBuilder().setDescription("The token lacks a capability"))
                        .build());
        cluster.answers("PlanJob", plan().toBuilder().addRefusals(root).build());

        String file = file("service");
        CliRun validate = CliRun.of(cluster, "job", "validate", file);
        CliRun plan = CliRun.of(cluster, "job", "plan", file);

        assertThat(validate).isEqualTo(new CliRun(1, "", """
                        error: The token lacks a capability
                        error: %s:5:5: user: root is denied by policy team
                                task "nginx" {
                                ^
                        """.formatted(file)));
        assertThat(plan.exitCode()).isEqualTo(1);
        assertThat(plan.out())
                .contains("""
                        Refused for this token
                        %s:5:5: user: root is denied by policy team
                                task "nginx" {
                                ^
                        """.formatted(file))
                .contains("This token may not submit the job: gantry job run would be refused")
                .doesNotContain("To submit it");
    }

    @Test
    void a_job_is_stopped_by_its_id_and_followed_until_nothing_of_it_runs() {
        cluster.answers("StopJob", stopped())
                .streams(
                        "WatchJob",
                        update(9)
                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_COMPLETE))
                                .build(),
                        update(20)
                                .addAllocations(Samples.older(
                                        "a1b2c3d4",
                                        DesiredStatus.DESIRED_STATUS_STOP,
                                        ClientStatus.CLIENT_STATUS_RUNNING))
                                .build(),
                        update(21)
                                .addAllocations(Samples.older(
                                        "a1b2c3d4",
                                        DesiredStatus.DESIRED_STATUS_STOP,
                                        ClientStatus.CLIENT_STATUS_COMPLETE))
                                .build());

        CliRun run = CliRun.of(cluster, "job", "stop", "-yes", "web");

        assertThat(run.out()).isEqualTo("""
                        ==> Job "web" is being stopped, evaluation "52dee78a"
                            Allocation "a1b2c3d4" (web.front[0]) is being stopped
                            Allocation "a1b2c3d4" (web.front[0]) is complete
                        ==> All allocations of the job have ended
                        """);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void a_job_is_stopped_by_its_file() throws IOException {
        cluster.answers("StopJob", stopped());

        CliRun run = CliRun.of(cluster, "job", "stop", "--detach", "-f", file("service"));

        assertThat(run).isEqualTo(new CliRun(0, Samples.EVALUATION_ID + "\n", ""));
        assertThat(cluster.requests())
                .containsExactly(StopJobRequest.newBuilder().setJobId("web").build());
    }

    @Test
    void what_stop_is_given_is_an_id_though_a_file_of_that_name_says_another() throws IOException {
        String file = file("service");
        cluster.answers("ListJobs", ListJobsResponse.getDefaultInstance())
                .refuses(
                        "StopJob",
                        Status.NOT_FOUND
                                .withDescription("There is no job \"%s\"".formatted(file))
                                .asRuntimeException());

        CliRun run = CliRun.of(cluster, "job", "stop", file);

        assertThat(cluster.requests())
                .startsWith(StopJobRequest.newBuilder().setJobId(file).build());
        assertThat(run.err())
                .isEqualTo("error: There is no job \"%1$s\". To stop the job of the file: gantry job stop -f %1$s\n"
                        .formatted(file));
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void a_stop_needs_an_id_or_a_file_and_not_both() throws IOException {
        assertThat(CliRun.of(cluster, "job", "stop").exitCode()).isEqualTo(2);
        assertThat(CliRun.of(cluster, "job", "stop", "-f", file("service"), "web")
                        .exitCode())
                .isEqualTo(2);
        assertThat(cluster.requests()).isEmpty();
    }

    @Test
    void a_stop_that_takes_too_long_ends_with_1() {
        cluster.answers("StopJob", stopped())
                .streams(
                        "WatchJob",
                        update(20)
                                .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                                .build());

        CliRun run = CliRun.of(cluster, "job", "stop", "--wait-timeout", "500ms", "web");

        assertThat(run.err())
                .startsWith("error: 1 allocation not ended in time")
                .hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
    }

    private String file(String type) throws IOException {
        return Files.writeString(dir.resolve("web.hcl"), HCL.formatted(type)).toString();
    }

    private static WatchJobResponse.Builder update(long index) {
        return WatchJobResponse.newBuilder().setIndex(index);
    }

    private static StopJobResponse stopped() {
        return StopJobResponse.newBuilder()
                .setEvaluationId(Samples.EVALUATION_ID)
                .setModifyIndex(20)
                .build();
    }

    private static PlanJobResponse plan() {
        return PlanJobResponse.newBuilder()
                .setExists(true)
                .setModifyIndex(9)
                .addGroups(GroupPlan.newBuilder()
                        .setTaskGroup("front")
                        .setPlace(1)
                        .setStop(2)
                        .setKeep(3)
                        .setFailure(PlacementFailure.newBuilder().setUnplaced(1).setSummary("2 lack memory"))
                        .addNodes(NodeVerdict.newBuilder()
                                .setNodeName("n1")
                                .setFeasible(true)
                                .setScore(0.708)
                                .setPlaced(1))
                        .addNodes(NodeVerdict.newBuilder()
                                .setNodeName("n2")
                                .setReason("Constraint \"${driver.rkt.version} > 1.2\"")))
                .build();
    }
}
