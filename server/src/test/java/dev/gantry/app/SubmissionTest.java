package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Value;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.ErrorInfo;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.DispatchJobRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobFile;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.ListJobVersionsRequest;
import dev.gantry.v1.ListJobVersionsResponse;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListJobsResponse;
import dev.gantry.v1.Parameterized;
import dev.gantry.v1.ParseJobRequest;
import dev.gantry.v1.ParseJobResponse;
import dev.gantry.v1.PlanJobRequest;
import dev.gantry.v1.Port;
import dev.gantry.v1.PurgeJobRequest;
import dev.gantry.v1.Resources;
import dev.gantry.v1.RevertJobRequest;
import dev.gantry.v1.RevertJobResponse;
import dev.gantry.v1.ScaleJobRequest;
import dev.gantry.v1.ScaleJobResponse;
import dev.gantry.v1.Service;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.StopJobResponse;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.ValidateJobRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests which jobs a server accepts and refuses. */
class SubmissionTest {

    private static final String GROUP = "task_groups[0]";
    private static final String TASK = GROUP + ".tasks[0]";

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    @Test
    void a_repeated_request_is_answered_as_the_first_was_and_changes_nothing() {
        SubmitJobRequest request = TestJobs.submit(TestJobs.job("repeat", "dc1")).toBuilder()
                .setRequestId("repeat-1")
                .build();
        SubmitJobResponse first = server.jobs().submitJob(request);

        assertThat(server.jobs().submitJob(request)).isEqualTo(first);
        SubmitJobRequest otherJob =
                request.toBuilder().setJob(TestJobs.job("repeat-other", "dc1")).build();
        assertThat(violations(() -> server.jobs().submitJob(otherJob)))
                .extracting(FieldViolation::getField)
                .containsExactly("request_id");
    }

    @Test
    void a_job_file_is_read_with_its_variables_and_stores_nothing() {
        String text = """
                variable "name" { type = string }
                variable "count" { type = number }
                job "${upper("x")}" {}
                job "parsed" {
                  datacenters = ["none"]
                  meta { from = file("/etc/hostname") }
                  group "g" {
                    count = var.count + 1
                    task "t" {
                      driver = "rkt"
                      config { image = "example.com/${var.name}:1" }
                    }
                  }
                }
                """;
        String whole = text.replace("job \"${upper(\"x\")}\" {}\n", "").replaceAll("(?m)^ *meta.*$", "");

        ParseJobResponse refused = parse(text, Map.of("count", "many", "other", "1"));
        ParseJobResponse parsed = parse(whole, Map.of("name", "web", "count", "2"));

        assertThat(refused.hasJob()).isFalse();
        assertThat(refused.getFaultsList())
                .extracting(fault -> "%d:%d: %s".formatted(fault.getLine(), fault.getColumn(), fault.getDescription()))
                .containsExactly(
                        "1:1: there is no variable \"other\" in this file for the value of the request: known are count, name",
                        "1:10: variable \"name\" has no value: give it one with --var name=…, --var-file, GANTRY_VAR_name"
                                + " or a default",
                        "2:10: the value of count, of the request, must be a number, not \"many\": write it as in 3",
                        "3:5: a name can't have ${…}: a dynamic block has labels that can",
                        "6:22: file reads files, which only the command line does for a file in a directory");
        assertThat(parsed.getFaultsList()).isEmpty();
        assertThat(parsed.getJob().getTaskGroups(0).getCount()).isEqualTo(3);
        assertThat(parsed.getJob().getTaskGroups(0).getTasks(0).getConfig().getFieldsOrThrow("image"))
                .isEqualTo(
                        Value.newBuilder().setStringValue("example.com/web:1").build());
        assertThatThrownBy(() -> get("parsed")).hasMessageStartingWith("NOT_FOUND");
        assertThat(submit(parsed.getJob()).getVersion()).isZero();
        assertThat(violations(() -> parse(" ".repeat((1 << 20) + 1), Map.of("x", "y".repeat(1 << 20)))))
                .extracting(FieldViolation::getField)
                .containsExactly("file.text", "file.variables");
    }

    private static ParseJobResponse parse(String text, Map<String, String> variables) {
        return server.jobs()
                .parseJob(ParseJobRequest.newBuilder()
                        .setFile(JobFile.newBuilder().setText(text).putAllVariables(variables))
                        .build());
    }

    @Test
    void a_job_is_scaled_as_a_new_version_that_differs_in_nothing_else() {
        Job job = TestJobs.counted("scale", "dc1", 2);
        submit(job);
        ScaleJobRequest three = ScaleJobRequest.newBuilder()
                .setJobId("scale")
                .setCount(3)
                .setRequestId("scale-1")
                .build();

        ScaleJobResponse scaled = server.jobs().scaleJob(three);

        assertThat(scaled.getVersion()).isEqualTo(1);
        assertThat(server.jobs().scaleJob(three)).as("repeated").isEqualTo(scaled);
        Job stored = get("scale").getJob();
        assertThat(stored.getTaskGroups(0).getCount()).isEqualTo(3);
        Job.Builder back = stored.toBuilder();
        back.getTaskGroupsBuilder(0).setCount(2);
        assertThat(submit(back.build()).getVersion()).isEqualTo(2);
        assertThat(server.jobs()
                        .scaleJob(ScaleJobRequest.newBuilder()
                                .setJobId("scale")
                                .setTaskGroup(job.getTaskGroups(0).getName())
                                .setCount(2)
                                .build())
                        .getVersion())
                .as("the same count")
                .isEqualTo(2);
    }

    @Test
    void a_job_is_not_scaled_to_what_could_not_be_submitted() {
        submit(TestJobs.counted("unscaled", "dc1", 2));
        ScaleJobRequest request =
                ScaleJobRequest.newBuilder().setJobId("unscaled").setCount(3).build();

        assertThat(violations(() -> server.jobs()
                        .scaleJob(request.toBuilder().setCount(100_001).build())))
                .extracting(FieldViolation::getField)
                .contains("task_groups[0].count");
        assertThat(violations(() -> server.jobs()
                        .scaleJob(request.toBuilder().setTaskGroup("no").build())))
                .extracting(FieldViolation::getField)
                .containsExactly("task_group");
        assertThat(status(() -> server.jobs()
                        .scaleJob(request.toBuilder()
                                .setCheckIndex(get("unscaled").getModifyIndex() + 1)
                                .build())))
                .isEqualTo(Status.Code.ABORTED);
        assertThat(status(() -> server.jobs()
                        .scaleJob(request.toBuilder().setJobId("unknown").build())))
                .isEqualTo(Status.Code.NOT_FOUND);
        server.jobs().stopJob(StopJobRequest.newBuilder().setJobId("unscaled").build());
        assertThat(status(() -> server.jobs().scaleJob(request))).isEqualTo(Status.Code.FAILED_PRECONDITION);
    }

    @Test
    void a_job_that_was_stopped_and_has_ended_is_purged_with_its_children() {
        Job parent = TestJobs.job("purge", "dc-none").toBuilder()
                .setType(JobType.JOB_TYPE_BATCH)
                .setParameterized(Parameterized.getDefaultInstance())
                .build();
        submit(parent);
        PurgeJobRequest purge = PurgeJobRequest.newBuilder().setJobId("purge").build();
        String child = server.jobs()
                .dispatchJob(DispatchJobRequest.newBuilder().setJobId("purge").build())
                .getDispatchedJobId();

        assertThat(refusal(() -> server.jobs().purgeJob(purge))).contains("is not stopped: stop it first");
        server.jobs().stopJob(StopJobRequest.newBuilder().setJobId("purge").build());
        assertThat(refusal(() -> server.jobs().purgeJob(purge))).contains("A child of job purge has not ended");
        server.jobs().stopJob(StopJobRequest.newBuilder().setJobId(child).build());
        assertThat(status(() -> server.jobs()
                        .purgeJob(purge.toBuilder().setCheckIndex(0).build())))
                .isEqualTo(Status.Code.ABORTED);
        eventually().ignoreExceptions().until(() -> {
            var unused = server.jobs().purgeJob(purge);
            return true;
        });

        assertThat(status(() -> get("purge"))).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(status(() -> get(child))).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(status(() -> server.jobs().purgeJob(purge))).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(submit(parent).getVersion()).isZero();
    }

    private static String refusal(ThrowingCallable call) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        return refused.getMessage();
    }

    @Test
    void a_request_is_repeatable_after_a_later_change_of_the_job() {
        SubmitJobRequest request = TestJobs.submit(TestJobs.job("repeat-late", "dc1")).toBuilder()
                .setRequestId("repeat-late-1")
                .setCheckIndex(0)
                .build();
        SubmitJobResponse first = server.jobs().submitJob(request);
        submit(TestJobs.counted("repeat-late", "dc1", 2));

        assertThat(server.jobs().submitJob(request)).isEqualTo(first);
        assertThat(get("repeat-late").getVersion()).isEqualTo(1);
    }

    @Test
    void a_check_index_lets_only_one_of_two_changes_pass() {
        SubmitJobRequest create = TestJobs.submit(TestJobs.job("check", "dc1")).toBuilder()
                .setCheckIndex(0)
                .build();
        long index = server.jobs().submitJob(create).getModifyIndex();
        assertThat(get("check").getModifyIndex()).isEqualTo(index);

        assertThat(status(() -> server.jobs().submitJob(create))).isEqualTo(Status.Code.ABORTED);
        SubmitJobRequest change = TestJobs.submit(TestJobs.counted("check", "dc1", 2)).toBuilder()
                .setCheckIndex(index)
                .build();
        assertThat(server.jobs().submitJob(change).getVersion()).isEqualTo(1);
        assertThatThrownBy(() -> server.jobs().submitJob(change))
                .hasMessageContaining("ABORTED")
                .hasMessageContaining("someone changed it");
    }

    @Test
    void a_conflict_says_which_index_was_expected_and_which_is_stored() throws InvalidProtocolBufferException {
        long index = submit(TestJobs.job("conflict", "dc1")).getModifyIndex();
        SubmitJobRequest create = TestJobs.submit(TestJobs.job("conflict", "dc1")).toBuilder()
                .setCheckIndex(0)
                .build();

        StatusRuntimeException refusal = catchThrowableOfType(
                StatusRuntimeException.class, () -> server.jobs().submitJob(create));

        assertThat(StatusProto.fromThrowable(refusal).getDetails(0).unpack(ErrorInfo.class))
                .isEqualTo(ErrorInfo.newBuilder()
                        .setReason("CHECK_INDEX_MISMATCH")
                        .setDomain("gantry.dev")
                        .putMetadata("check_index", "0")
                        .putMetadata("modify_index", Long.toString(index))
                        .build());
    }

    @Test
    void a_request_id_does_not_answer_another_kind_of_request() {
        server.jobs()
                .submitJob(TestJobs.submit(TestJobs.job("repeat-kind", "dc1")).toBuilder()
                        .setRequestId("request-kind")
                        .build());
        StopJobRequest stop = StopJobRequest.newBuilder()
                .setJobId("repeat-kind")
                .setRequestId("request-kind")
                .build();

        StatusRuntimeException refusal = catchThrowableOfType(
                StatusRuntimeException.class, () -> server.jobs().stopJob(stop));

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal).hasMessageContaining("was used for another request");
        assertThat(server.jobs()
                        .getJob(GetJobRequest.newBuilder()
                                .setJobId("repeat-kind")
                                .build())
                        .getJob()
                        .getStopped())
                .isFalse();
    }

    @Test
    void a_stop_and_a_revert_that_are_repeated_with_the_same_request_id_are_answered_as_before() {
        submit(TestJobs.job("again", "dc1"));
        submit(TestJobs.counted("again", "dc1", 2));
        RevertJobRequest revert = RevertJobRequest.newBuilder()
                .setJobId("again")
                .setVersion(0)
                .setCheckIndex(get("again").getModifyIndex())
                .setRequestId("again-1")
                .build();
        RevertJobResponse reverted = server.jobs().revertJob(revert);
        StopJobRequest stop = StopJobRequest.newBuilder()
                .setJobId("again")
                .setRequestId("again-2")
                .build();
        StopJobResponse stopped = server.jobs().stopJob(stop);

        assertThat(server.jobs().revertJob(revert)).isEqualTo(reverted);
        assertThat(get("again").getStopped()).isTrue();
        submit(TestJobs.counted("again", "dc1", 3));
        assertThat(server.jobs().stopJob(stop)).isEqualTo(stopped);
        assertThat(get("again").getStopped()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kind-1 |                      | type: JOB_TYPE_BATCH                                 | type          | cannot update job from type "service" to "batch"
            kind-2 | type: JOB_TYPE_BATCH | type: JOB_TYPE_SYSTEM                                | type          | cannot update job from type "batch" to "system"
            kind-3 | type: JOB_TYPE_BATCH | type: JOB_TYPE_BATCH periodic { cron: "@daily" }     | periodic      | cannot update non-periodic job to being periodic
            kind-4 | type: JOB_TYPE_BATCH periodic { cron: "@daily" } | type: JOB_TYPE_BATCH     | periodic      | cannot update periodic job to being non-periodic
            kind-5 | type: JOB_TYPE_BATCH | type: JOB_TYPE_BATCH parameterized { }               | parameterized | cannot update non-parameterized job to being parameterized
            kind-6 | type: JOB_TYPE_BATCH parameterized { } | type: JOB_TYPE_BATCH               | parameterized | cannot update parameterized job to being non-parameterized
            """)
    void the_kind_of_a_known_job_can_not_be_changed_even_once_it_is_stopped(
            String id, String before, String after, String field, String refusal) throws TextFormat.ParseException {
        submit(job(id, before));
        server.jobs().stopJob(StopJobRequest.newBuilder().setJobId(id).build());
        SubmitJobRequest change = TestJobs.submit(job(id, after));

        assertThatThrownBy(() -> server.jobs().submitJob(change))
                .hasMessageContaining("FAILED_PRECONDITION: Job " + id + ": " + refusal);
        assertThatThrownBy(() -> server.jobs()
                        .planJob(PlanJobRequest.newBuilder()
                                .setJob(change.getJob())
                                .build()))
                .hasMessageContaining("FAILED_PRECONDITION: Job " + id + ": " + refusal);
        assertThat(server.jobs()
                        .validateJob(ValidateJobRequest.newBuilder()
                                .setJob(change.getJob())
                                .build())
                        .getViolationsList())
                .singleElement()
                .satisfies(violation -> {
                    assertThat(violation.getField()).isEqualTo(field);
                    assertThat(violation.getDescription()).startsWith(refusal);
                });
        assertThat(get(id).getVersion()).isZero();
    }

    @Test
    void versions_are_listed_newest_first_and_jobs_by_id_both_in_pages() {
        for (int count = 1; count <= 3; count++) {
            submit(TestJobs.counted("paged-1", "dc1", count));
        }
        submit(TestJobs.job("paged-2", "dc1"));

        ListJobVersionsResponse newest = versions("");
        ListJobVersionsResponse older = versions(newest.getNextPageToken());
        assertThat(newest.getVersionsList())
                .extracting(record -> record.getVersion())
                .containsExactly(2L, 1L);
        assertThat(older.getVersionsList())
                .extracting(record -> record.getVersion())
                .containsExactly(0L);
        assertThat(older.getNextPageToken()).isEmpty();

        ListJobsResponse first = jobs("");
        assertThat(first.getJobsList())
                .extracting(record -> record.getJob().getId())
                .containsExactly("paged-1");
        assertThat(jobs(first.getNextPageToken()).getJobsList())
                .extracting(record -> record.getJob().getId())
                .containsExactly("paged-2");
    }

    @Test
    void an_unknown_job_is_not_found_and_a_page_token_of_another_list_is_refused() {
        assertThat(status(() -> get("no-such-job"))).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(violations(() -> jobs("bm90IG1pbmUKYXQgYWxs")))
                .extracting(FieldViolation::getField)
                .containsExactly("page_token");
    }

    @Test
    void a_job_with_very_many_and_very_long_faults_is_still_answered_with_violations() {
        TaskGroup.Builder group = TaskGroup.newBuilder().setName("web");
        IntStream.range(0, 500)
                .forEach(i -> group.addTasks(
                        TestJobs.task().setName("\u00e4".repeat(1000) + i).setDriver("none-" + i)));

        assertThat(violations(() -> submit(TestJobs.job("faulty", "dc1", group))))
                .isNotEmpty();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("id", job -> job.setId("two words")),
                fault("id", job -> job.setId("..")),
                fault("name", job -> job.setName("two\nlines")),
                fault("priority", job -> job.setPriority(101)),
                fault("type", job -> job.setTypeValue(9)),
                fault("datacenters[0]", job -> job.setDatacenters(0, " ")),
                fault("meta", job -> job.putMeta("a=b", "c")),
                fault("job", job -> job.putMeta("long", "x".repeat(1024 * 1024))),
                fault("task_groups", Job.Builder::clearTaskGroups),
                fault("constraints[0].operator", job -> job.addConstraints(constraint("${node.class}", "almost", "a"))),
                fault("constraints[0].value", job -> job.addConstraints(constraint("${attr.x}", "version", ">= one"))),
                fault("constraints[0].value", job -> job.addConstraints(constraint("${attr.x}", "regexp", "("))),
                groupFault(GROUP + ".name", group -> group.setName("")),
                fault("task_groups[1].name", job -> job.addTaskGroups(job.getTaskGroups(0))),
                groupFault(GROUP + ".count", group -> group.setCount(-1)),
                groupFault(GROUP + ".count", group -> group.setCount(100_001)),
                groupFault(GROUP + ".tasks", TaskGroup.Builder::clearTasks),
                groupFault(GROUP + ".tasks[1].name", group -> group.addTasks(TestJobs.task())),
                groupFault(
                        GROUP + ".constraints[0].operator",
                        group -> group.addConstraints(constraint("${node.class}", "almost", "a"))),
                taskFault(TASK + ".name", task -> task.setName("alloc")),
                taskFault(TASK + ".name", task -> task.setName(".")),
                taskFault(TASK + ".name", task -> task.setName("a/b")),
                taskFault(TASK + ".driver", task -> task.setDriver("docker")),
                taskFault(TASK + ".driver", Task.Builder::clearDriver),
                taskFault(
                        TASK + ".config.imagee",
                        task -> task.getConfigBuilder().putFields("imagee", TestJobs.text("a"))),
                taskFault(
                        TASK + ".config.image", task -> task.getConfigBuilder().removeFields("image")),
                taskFault(
                        TASK + ".config.volumes[0]",
                        task -> task.getConfigBuilder().putFields("volumes", list("no-colon"))),
                taskFault(
                        TASK + ".config.dns_servers[0]",
                        task -> task.getConfigBuilder().putFields("dns_servers", list("not-an-ip"))),
                taskFault(
                        TASK + ".constraints[0].operator",
                        task -> task.addConstraints(constraint("${node.class}", "almost", "a"))),
                taskFault(TASK + ".env", task -> task.putEnv("a=b", "c")),
                taskFault(TASK + ".env.A", task -> task.putEnv("A", "zero\0byte")),
                taskFault(TASK + ".env.A", task -> task.putEnv("A", "x".repeat(131_060))),
                taskFault(TASK + ".meta.a", task -> task.putMeta("a", "x".repeat(131_048))),
                taskFault(
                        TASK + ".resources.cpu",
                        task -> task.getResourcesBuilder().setCpu(0)),
                taskFault(
                        TASK + ".resources.memory_mib",
                        task -> task.getResourcesBuilder().setMemoryMib(-1)),
                taskFault(
                        TASK + ".resources.mbits",
                        task -> task.getResourcesBuilder().setMbits(-1)),
                taskFault(TASK + ".resources.ports[0].label", task -> ports(task, port("80 80", 0))),
                taskFault(TASK + ".resources.ports[1].label", task -> ports(task, port("http", 0), port("http", 0))),
                taskFault(TASK + ".resources.ports[0].static_port", task -> ports(task, port("http", 65_536))),
                taskFault(TASK + ".resources.ports[0].static_port", task -> ports(task, port("http", -1))),
                taskFault(
                        TASK + ".resources.ports[1].static_port",
                        task -> ports(task, port("http", 80), port("admin", 80))),
                taskFault(
                        TASK + ".services[0].port",
                        task -> task.addServices(Service.newBuilder().setPort("http"))),
                taskFault(TASK + ".env.ADDR", task -> task.putEnv("ADDR", "${NOMAD_ADDR_http}")),
                taskFault(
                        TASK + ".config.args[0]",
                        task -> task.getConfigBuilder().putFields("args", list("-bind=${NOMAD_PORT_http}"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void a_faulty_job_is_refused_with_the_field_at_fault_and_nothing_of_it_is_stored(String field, Job job) {
        long index = index();

        assertThat(violations(() -> submit(job))).anySatisfy(violation -> {
            assertThat(violation.getField()).isEqualTo(field);
            assertThat(violation.getDescription()).isNotEmpty();
        });

        assertThat(index()).isEqualTo(index);
        assertThat(server.jobs()
                        .validateJob(ValidateJobRequest.newBuilder().setJob(job).build())
                        .getViolationsList())
                .anySatisfy(violation -> assertThat(violation.getField()).isEqualTo(field));
    }

    private static Arguments fault(String field, Consumer<Job.Builder> spoil) {
        Job.Builder job = TestJobs.job("bad", "dc1").toBuilder();
        spoil.accept(job);
        return Arguments.of(field, job.build());
    }

    private static Arguments groupFault(String field, Consumer<TaskGroup.Builder> spoil) {
        return fault(field, job -> spoil.accept(job.getTaskGroupsBuilder(0)));
    }

    private static Arguments taskFault(String field, Consumer<Task.Builder> spoil) {
        return groupFault(field, group -> spoil.accept(group.getTasksBuilder(0)));
    }

    private static Constraint constraint(String attribute, String operator, String value) {
        return Constraint.newBuilder()
                .setAttribute(attribute)
                .setOperator(operator)
                .setValue(value)
                .build();
    }

    private static Job job(String id, String fields) throws TextFormat.ParseException {
        Job.Builder job = TestJobs.job(id, "dc1").toBuilder();
        TextFormat.merge(fields == null ? "" : fields, job);
        return job.build();
    }

    private static void ports(Task.Builder task, Port... ports) {
        task.setResources(Resources.newBuilder().addAllPorts(List.of(ports)));
    }

    private static Port port(String label, int staticPort) {
        return Port.newBuilder().setLabel(label).setStaticPort(staticPort).build();
    }

    private static Value list(String text) {
        return Value.newBuilder()
                .setListValue(ListValue.newBuilder().addValues(TestJobs.text(text)))
                .build();
    }

    private static SubmitJobResponse submit(Job job) {
        return server.jobs().submitJob(TestJobs.submit(job));
    }

    private static JobRecord get(String jobId) {
        return server.jobs()
                .getJob(GetJobRequest.newBuilder().setJobId(jobId).build())
                .getJob();
    }

    private static ListJobsResponse jobs(String token) {
        return server.jobs()
                .listJobs(ListJobsRequest.newBuilder()
                        .setPrefix("paged-")
                        .setPageSize(1)
                        .setPageToken(token)
                        .build());
    }

    private static ListJobVersionsResponse versions(String token) {
        return server.jobs()
                .listJobVersions(ListJobVersionsRequest.newBuilder()
                        .setJobId("paged-1")
                        .setPageSize(2)
                        .setPageToken(token)
                        .build());
    }

    private static long index() {
        return server.cluster().getStatus(GetStatusRequest.getDefaultInstance()).getIndex();
    }

    private static Status.Code status(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run)
                .getStatus()
                .getCode();
    }

    private static List<FieldViolation> violations(Runnable call) {
        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call::run);
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        List<FieldViolation> violations = new ArrayList<>();
        StatusProto.fromThrowable(refusal).getDetailsList().forEach(detail -> {
            try {
                violations.addAll(detail.unpack(BadRequest.class).getFieldViolationsList());
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        });
        return violations;
    }
}
