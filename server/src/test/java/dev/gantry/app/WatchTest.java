package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.Resources;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.WatchAllocationRequest;
import dev.gantry.v1.WatchAllocationResponse;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests watches. */
class WatchTest {

    @RegisterExtension
    private final TestServer server = TestServer.extension();

    private FakeNode node;

    @BeforeEach
    void start() {
        node = FakeNode.in("dc1", "one").runningTasks().connect(server.channel());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void a_watch_begins_with_a_snapshot_and_goes_on_with_each_change() {
        submit(TestJobs.job("web", "dc1"));
        Picture picture = new Picture(watch("web", 0));

        picture.readUntil(seen -> seen.allocations.values().stream()
                .anyMatch(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING));
        assertThat(picture.status).isEqualTo(JobStatus.JOB_STATUS_RUNNING);

        var unused = server.jobs()
                .stopJob(StopJobRequest.newBuilder().setJobId("web").build());
        picture.readUntil(seen -> seen.status == JobStatus.JOB_STATUS_DEAD);
        assertThat(picture.allocations.values())
                .extracting(Allocation::getDesiredStatus)
                .containsOnly(DesiredStatus.DESIRED_STATUS_STOP);
        assertThat(picture.evaluations.values())
                .extracting(Evaluation::getStatus)
                .containsOnly(EvaluationStatus.EVALUATION_STATUS_COMPLETE);
    }

    @Test
    void a_resumed_watch_is_told_only_of_what_changed_since() {
        submit(TestJobs.job("web", "dc1"));
        Picture picture = new Picture(watch("web", 0));
        picture.readUntil(seen -> seen.allocations.values().stream()
                .anyMatch(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING));
        Allocation first = picture.allocations.values().iterator().next();

        submit(TestJobs.counted("web", "dc1", 2));
        Picture resumed = new Picture(watch("web", picture.index));

        resumed.readUntil(seen -> seen.allocations.values().stream()
                .anyMatch(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING
                        && !allocation.getId().equals(first.getId())));
        assertThat(resumed.evaluations.values())
                .extracting(Evaluation::getCreateIndex)
                .allMatch(index -> index > picture.index);
    }

    @Test
    void a_watch_of_many_allocations_is_told_of_each_of_them_in_pieces() {
        submit(TestJobs.job(
                "many",
                "dc1",
                TestJobs.job("many", "dc1").getTaskGroups(0).toBuilder()
                        .setCount(150)
                        .setTasks(
                                0,
                                TestJobs.task()
                                        .setResources(Resources.newBuilder()
                                                .setCpu(20)
                                                .setMemoryMib(10)))));
        eventually().until(() -> running("many") == 150);

        Iterator<WatchJobResponse> answers = watch("many", 0);
        Picture picture = new Picture(answers);
        picture.readUntil(seen -> seen.allocations.size() == 150);

        assertThat(picture.largest).isLessThanOrEqualTo(100);
        assertThat(picture.index).isPositive();
    }

    /** They change in one write, so that only their ids tell which of them were told. */
    @Test
    void a_watch_is_told_once_of_each_allocation_that_was_placed_in_one_write() {
        List<FakeNode> nodes = Stream.of("a", "b", "c", "d", "e", "f", "g")
                .map(name -> FakeNode.in("dc2", name).connect(server.channel()))
                .toList();
        try {
            submit(TestJobs.job(
                    "many",
                    "dc2",
                    TestJobs.job("many", "dc2").getTaskGroups(0).toBuilder()
                            .setCount(1200)
                            .setTasks(
                                    0,
                                    TestJobs.task()
                                            .setResources(Resources.newBuilder()
                                                    .setCpu(20)
                                                    .setMemoryMib(10)))));
            Iterator<WatchJobResponse> answers = watch("many", 0);

            Map<String, Integer> told = new HashMap<>();
            while (told.size() < 1200) {
                answers.next()
                        .getAllocationsList()
                        .forEach(allocation ->
                                told.merge(allocation.getId() + " at " + allocation.getModifyIndex(), 1, Integer::sum));
                assertThat(told.values()).allMatch(times -> times == 1);
            }
        } finally {
            nodes.forEach(FakeNode::close);
        }
    }

    /** A hundred watches that kept their last responses would keep a hundred copies. */
    @Test
    void watches_of_a_large_job_keep_no_copy_of_it() {
        submit(TestJobs.job("large", "dc-none").toBuilder()
                .putAllMeta(TestJobs.meta(900_000))
                .build());
        try (var context = Context.current().withCancellation()) {
            long before = usedMemory();
            AtomicInteger told = new AtomicInteger();
            context.run(() -> {
                for (int i = 0; i < 100; i++) {
                    ClientCalls.asyncServerStreamingCall(
                            server.channel().newCall(JobServiceGrpc.getWatchJobMethod(), CallOptions.DEFAULT),
                            WatchJobRequest.newBuilder().setJobId("large").build(),
                            new FirstAnswer(told));
                }
            });
            eventually().until(() -> told.get() == 100);

            eventually().until(() -> usedMemory() - before < 50_000_000);
        }
    }

    private static long usedMemory() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Counts the streams that have begun. */
    private static final class FirstAnswer implements StreamObserver<WatchJobResponse> {

        private final AtomicInteger begun;
        private boolean seen;

        FirstAnswer(AtomicInteger begun) {
            this.begun = begun;
        }

        @Override
        public void onNext(WatchJobResponse answer) {
            if (!seen) {
                seen = true;
                begun.incrementAndGet();
            }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    @Test
    void a_watch_of_an_allocation_ends_with_it() {
        submit(TestJobs.job("web", "dc1"));
        eventually().until(() -> running("web") == 1);
        String id = node.session().toRun().get(0).getId();
        Iterator<WatchAllocationResponse> answers = server.allocations()
                .watchAllocation(
                        WatchAllocationRequest.newBuilder().setAllocationId(id).build());
        assertThat(answers.next().getAllocation().getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_RUNNING);

        node.report(id, ClientStatus.CLIENT_STATUS_FAILED);

        List<ClientStatus> told = Stream.generate(() -> answers)
                .takeWhile(Iterator::hasNext)
                .map(Iterator::next)
                .map(answer -> answer.getAllocation().getClientStatus())
                .toList();
        assertThat(told).containsExactly(ClientStatus.CLIENT_STATUS_FAILED);
    }

    @Test
    void a_watch_of_what_is_unknown_is_not_found() {
        assertThat(code(() -> watch("nothing", 0).next())).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(code(() -> server.allocations()
                        .watchAllocation(WatchAllocationRequest.newBuilder()
                                .setAllocationId("nothing")
                                .build())
                        .next()))
                .isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void watches_and_sessions_are_told_to_try_again_when_the_server_stops() {
        submit(TestJobs.job("web", "dc1"));
        Iterator<WatchJobResponse> answers = watch("web", 0);
        assertThat(answers.next().getJob().getJob().getId()).isEqualTo("web");

        server.server().close();

        assertThat(code(() -> answers.forEachRemaining(answer -> {}))).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(node.session().end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    private void submit(Job job) {
        var unused = server.jobs().submitJob(TestJobs.submit(job));
    }

    private Iterator<WatchJobResponse> watch(String jobId, long after) {
        return server.jobs()
                .watchJob(WatchJobRequest.newBuilder()
                        .setJobId(jobId)
                        .setAfterIndex(after)
                        .build());
    }

    private long running(String jobId) {
        return server.jobs().getJob(GetJobRequest.newBuilder().setJobId(jobId).build()).getAllocationsList().stream()
                .filter(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                .count();
    }

    private static Status.Code code(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run)
                .getStatus()
                .getCode();
    }

    /** What a watcher knows after what it was told. */
    private static final class Picture {

        private final Iterator<WatchJobResponse> answers;
        private final Map<String, Allocation> allocations = new HashMap<>();
        private final Map<String, Evaluation> evaluations = new HashMap<>();
        private JobStatus status;
        private long index;
        private int largest;

        Picture(Iterator<WatchJobResponse> answers) {
            this.answers = answers;
        }

        void readUntil(Predicate<Picture> exists) {
            while (!exists.test(this)) {
                read(answers.next());
            }
        }

        private void read(WatchJobResponse answer) {
            assertThat(answer.getIndex()).isGreaterThanOrEqualTo(index);
            index = answer.getIndex();
            largest = Math.max(largest, answer.getAllocationsCount());
            status = answer.hasJob() ? answer.getJob().getStatus() : status;
            answer.getAllocationsList().forEach(allocation -> allocations.put(allocation.getId(), allocation));
            answer.getEvaluationsList().forEach(evaluation -> evaluations.put(evaluation.getId(), evaluation));
        }
    }
}
