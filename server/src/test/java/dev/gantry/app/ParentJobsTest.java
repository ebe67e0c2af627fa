package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.v1.DispatchJobRequest;
import dev.gantry.v1.DispatchJobResponse;
import dev.gantry.v1.ForcePeriodicJobRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Parameterized;
import dev.gantry.v1.PayloadRule;
import dev.gantry.v1.Periodic;
import dev.gantry.v1.TaskGroup;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Periodic and parameterized jobs over gRPC: they are never placed, their children are. */
class ParentJobsTest {

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    private static FakeNode node;

    @BeforeAll
    static void start() {
        node = FakeNode.in("dc1", "one").runningTasks().connect(server.channel());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void a_parameterized_job_waits_and_its_dispatched_child_runs_with_payload_and_meta() {
        server.jobs().submitJob(TestJobs.submit(parameterized("import", PayloadRule.PAYLOAD_RULE_REQUIRED)));

        DispatchJobResponse dispatched = server.jobs().dispatchJob(dispatch("import", "r1"));

        assertThat(dispatched.getDispatchedJobId()).matches("import/dispatch-\\d+-[0-9a-f]{8}");
        eventually().until(() -> job(dispatched.getDispatchedJobId()).getAllocationsCount() == 1);
        assertThat(job(dispatched.getDispatchedJobId()).getJob().getJob()).satisfies(child -> {
            assertThat(child.getPayload().toStringUtf8()).isEqualTo("data");
            assertThat(child.getMetaMap()).containsEntry("colour", "red");
            assertThat(child.getParentId()).isEqualTo("import");
        });
        assertThat(job("import").getAllocationsCount()).isZero();
        assertThat(job("import").getJob().getStatus()).isEqualTo(JobStatus.JOB_STATUS_RUNNING);
    }

    @Test
    void a_job_with_slashes_in_its_id_is_no_child_and_has_children_of_its_own() {
        server.jobs().submitJob(TestJobs.submit(parameterized("team", PayloadRule.PAYLOAD_RULE_OPTIONAL)));
        server.jobs().submitJob(TestJobs.submit(parameterized("team/import", PayloadRule.PAYLOAD_RULE_OPTIONAL)));

        String child = server.jobs().dispatchJob(dispatch("team/import", "r4")).getDispatchedJobId();

        assertThat(child).matches("team/import/dispatch-\\d+-[0-9a-f]{8}");
        assertThat(job(child).getJob().getJob().getParentId()).isEqualTo("team/import");
        assertThat(job("team/import").getJob().getJob().getParentId()).isEmpty();
        assertThatThrownBy(() -> server.jobs().dispatchJob(dispatch("team", "r4")))
                .hasMessageContaining("INVALID_ARGUMENT");
        assertThatThrownBy(() -> server.jobs()
                        .submitJob(TestJobs.submit(
                                parameterized("team/dispatch-1770000000-0123abcd", PayloadRule.PAYLOAD_RULE_OPTIONAL))))
                .hasMessageContaining("is an id for a child of the job team");
        assertThatThrownBy(() -> server.jobs()
                        .submitJob(TestJobs.submit(parameterized("a//b", PayloadRule.PAYLOAD_RULE_OPTIONAL))))
                .hasMessageContaining("is no id");
    }

    @Test
    void a_dispatch_that_is_repeated_makes_one_child() {
        server.jobs().submitJob(TestJobs.submit(parameterized("once", PayloadRule.PAYLOAD_RULE_OPTIONAL)));

        DispatchJobResponse first = server.jobs().dispatchJob(dispatch("once", "r2"));

        assertThat(server.jobs().dispatchJob(dispatch("once", "r2"))).isEqualTo(first);
        assertThatThrownBy(() -> server.jobs().dispatchJob(dispatch("other", "r2")))
                .hasMessageContaining("INVALID_ARGUMENT");
    }

    @Test
    void what_a_job_does_not_take_is_refused_by_field() {
        server.jobs().submitJob(TestJobs.submit(parameterized("strict", PayloadRule.PAYLOAD_RULE_FORBIDDEN)));
        DispatchJobRequest good = DispatchJobRequest.newBuilder()
                .setJobId("strict")
                .putMeta("colour", "red")
                .build();

        assertThatThrownBy(() -> server.jobs()
                        .dispatchJob(good.toBuilder()
                                .setPayload(ByteString.copyFromUtf8("data"))
                                .build()))
                .hasMessageContaining("INVALID_ARGUMENT: payload");
        assertThatThrownBy(() ->
                        server.jobs().dispatchJob(good.toBuilder().clearMeta().build()))
                .hasMessageContaining("INVALID_ARGUMENT: meta.colour: is missing");
        assertThatThrownBy(() -> server.jobs()
                        .dispatchJob(good.toBuilder().putMeta("size", "1").build()))
                .hasMessageContaining("INVALID_ARGUMENT: meta.size");
        assertThatThrownBy(() -> server.jobs()
                        .dispatchJob(good.toBuilder()
                                .setPayload(ByteString.copyFrom(new byte[16 * 1024 + 1]))
                                .build()))
                .hasMessageContaining("the limit is 16384");
        assertThat(server.jobs().dispatchJob(good).getDispatchedJobId()).startsWith("strict/dispatch-");
    }

    @Test
    void a_child_is_no_larger_than_any_job_may_be() {
        Map<String, String> tooMuch = TestJobs.meta(15_000_000);
        server.jobs()
                .submitJob(TestJobs.submit(batch("large").toBuilder()
                        .setParameterized(Parameterized.newBuilder().addAllMetaOptional(tooMuch.keySet()))
                        .build()));
        DispatchJobRequest.Builder dispatch =
                DispatchJobRequest.newBuilder().setJobId("large").setPayload(ByteString.copyFrom(new byte[16 * 1024]));

        assertThatThrownBy(() ->
                        server.jobs().dispatchJob(dispatch.putAllMeta(tooMuch).build()))
                .hasMessageContaining("INVALID_ARGUMENT: meta: makes a job of 150")
                .hasMessageContaining("15001392 of meta and 16384 of payload; the limit is 1048576");
        String child = server.jobs()
                .dispatchJob(dispatch.clearMeta()
                        .putAllMeta(TestJobs.meta(1_000_000))
                        .build())
                .getDispatchedJobId();

        assertThat(job(child).getJob().getJob().getSerializedSize()).isLessThanOrEqualTo(1 << 20);
    }

    @Test
    void a_plain_job_can_be_neither_dispatched_nor_forced() {
        server.jobs().submitJob(TestJobs.submit(TestJobs.job("plain", "dc-nowhere")));

        assertThatThrownBy(() -> server.jobs()
                        .dispatchJob(DispatchJobRequest.newBuilder()
                                .setJobId("plain")
                                .build()))
                .hasMessageContaining("FAILED_PRECONDITION");
        assertThatThrownBy(() -> server.jobs()
                        .forcePeriodicJob(ForcePeriodicJobRequest.newBuilder()
                                .setJobId("plain")
                                .build()))
                .hasMessageContaining("FAILED_PRECONDITION");
    }

    @Test
    void a_periodic_job_says_when_it_runs_next_and_its_forced_child_runs() {
        server.jobs()
                .submitJob(TestJobs.submit(batch("nightly").toBuilder()
                        .setPeriodic(Periodic.newBuilder().setCron("@yearly"))
                        .build()));

        String child = server.jobs()
                .forcePeriodicJob(
                        ForcePeriodicJobRequest.newBuilder().setJobId("nightly").build())
                .getChildJobId();

        eventually().until(() -> job(child).getAllocationsCount() == 1);
        assertThat(job("nightly").hasNextRunTime()).isTrue();
        assertThatThrownBy(() -> server.jobs().dispatchJob(dispatch("nightly", "r9")))
                .hasMessageContaining(
                        "nightly is periodic, not parameterized: it runs at its times, and at once when it is forced");
        assertThat(job("nightly").getAllocationsCount()).isZero();
    }

    private static DispatchJobRequest dispatch(String jobId, String requestId) {
        return DispatchJobRequest.newBuilder()
                .setJobId(jobId)
                .setPayload(ByteString.copyFromUtf8("data"))
                .putMeta("colour", "red")
                .setRequestId(requestId)
                .build();
    }

    private static Job parameterized(String id, PayloadRule rule) {
        return batch(id).toBuilder()
                .setParameterized(Parameterized.newBuilder().setPayload(rule).addMetaRequired("colour"))
                .build();
    }

    private static Job batch(String id) {
        return TestJobs.job(id, "dc1", TaskGroup.newBuilder().setName("web").addTasks(TestJobs.task())).toBuilder()
                .setType(JobType.JOB_TYPE_BATCH)
                .build();
    }

    private static GetJobResponse job(String id) {
        return server.jobs().getJob(GetJobRequest.newBuilder().setJobId(id).build());
    }
}
