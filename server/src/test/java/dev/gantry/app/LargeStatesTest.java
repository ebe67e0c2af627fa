package dev.gantry.app;

import static dev.gantry.app.ScriptJobs.both;
import static dev.gantry.app.ScriptJobs.nothing;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.Job;
import dev.gantry.v1.Resources;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests nodes whose assignments do not fit into one message. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LargeStatesTest {

    private static final int JOBS = 70;
    private static final int META = 1_000_000;
    private static final int LARGEST_PART = (1 << 20) + 64 * 1024;

    @TempDir
    Path dir;

    @Test
    void a_node_is_told_of_seventy_jobs_of_a_megabyte_in_parts() throws IOException {
        try (TestServer server = TestServer.start(dir);
                FakeNode node = FakeNode.in("dc1", "one").runningTasks()) {
            node.connect(server.channel());
            for (int i = 0; i < JOBS; i++) {
                server.jobs().submitJob(TestJobs.submit(large("large-" + i)));
            }
            eventually().until(() -> node.session().toRun().size() == JOBS);

            node.drop();
            node.connect(server.channel());

            eventually().until(() -> node.session().received().stream().anyMatch(DesiredState::getComplete));
            List<DesiredState> parts = node.session().received();
            assertThat(parts).hasSizeGreaterThanOrEqualTo(JOBS);
            assertThat(parts).allSatisfy(part -> {
                assertThat(part.getSerializedSize()).isLessThan(LARGEST_PART);
                assertThat(part.getJobsList()).hasSameSizeAs(part.getAllocationsList());
            });
            assertThat(parts.subList(0, parts.size() - 1)).noneMatch(DesiredState::getComplete);
            assertThat(node.session().toRun()).hasSize(JOBS);
        }
    }

    @Test
    void the_jobs_of_many_small_allocations_are_sent_once_each() throws IOException {
        try (TestServer server = TestServer.start(dir);
                FakeNode node = FakeNode.in("dc1", "one").runningTasks()) {
            node.connect(server.channel());
            server.jobs()
                    .submitJob(TestJobs.submit(TestJobs.job(
                            "many",
                            "dc1",
                            TaskGroup.newBuilder()
                                    .setName("web")
                                    .setCount(30)
                                    .addTasks(TestJobs.task()
                                            .setResources(Resources.newBuilder()
                                                    .setCpu(20)
                                                    .setMemoryMib(10))))));
            eventually().until(() -> node.session().toRun().size() == 30);
            node.drop();
            node.connect(server.channel());

            eventually().until(() -> !node.session().received().isEmpty());

            DesiredState all = node.session().received().get(0);
            assertThat(all.getComplete()).isTrue();
            assertThat(all.getAllocationsCount()).isEqualTo(30);
            assertThat(all.getJobsCount()).isEqualTo(1);
        }
    }

    @Test
    void a_watch_of_a_job_begins_with_messages_of_bounded_size() throws IOException {
        try (TestServer server = TestServer.start(dir);
                FakeNode node = FakeNode.in("dc1", "one")) {
            node.connect(server.channel());
            server.jobs()
                    .submitJob(TestJobs.submit(TestJobs.job(
                            "wordy",
                            "dc1",
                            TaskGroup.newBuilder()
                                    .setName("web")
                                    .setCount(30)
                                    .addTasks(TestJobs.task()
                                            .setResources(Resources.newBuilder()
                                                    .setCpu(20)
                                                    .setMemoryMib(10))))));
            eventually().until(() -> node.session().toRun().size() == 30);
            List<Allocation> all = node.session().toRun();
            all.forEach(allocation -> node.reportWordily(allocation.getId(), 100_000));

            Iterator<WatchJobResponse> watch = server.jobs()
                    .watchJob(WatchJobRequest.newBuilder().setJobId("wordy").build());

            int seen = 0;
            while (seen < 30) {
                var news = watch.next();
                assertThat(news.getSerializedSize()).isLessThan(3 << 19);
                seen += news.getAllocationsCount();
            }
        }
    }

    @Test
    void a_node_stops_what_was_not_named_only_after_the_last_part() throws Exception {
        FixtureServer server = FixtureServer.start(nothing());
        ProcessDriver driver = new ProcessDriver();
        GantryNode node =
                GantryNode.start(NodeFixture.config(List.of(server.address()), dir), NodeFixture.parts(driver));
        try {
            DesiredState one = run("a1", "exec sleep 300");
            DesiredState other = run("a2", "exec sleep 300");
            server.desire(both(both(one, other), run("a3", "exec sleep 300")));
            for (String id : List.of("a1", "a2", "a3")) {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> server.last(id).getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING);
            }

            // A session breaks off after the first part.
            server.beginSessionsWith(List.of(one.toBuilder().setComplete(false).build()));
            server.endSession();
            int before = server.heartbeats();
            await().until(() -> server.heartbeats() > before + 3);
            assertThat(driver.running()).hasSize(3);

            // What it has named does not count in the next one, which names all in two parts.
            server.beginSessionsWith(List.of(
                    other.toBuilder().setComplete(false).build(),
                    run("a3", "exec sleep 300").toBuilder().setComplete(true).build()));
            server.endSession();

            await().until(() -> server.last("a1").getClientStatus() == ClientStatus.CLIENT_STATUS_COMPLETE);
            assertThat(driver.running()).hasSize(2);
            await().untilAsserted(() ->
                    assertThat(dir.resolve("data/allocs").toFile().list()).containsExactlyInAnyOrder("a2", "a3"));
        } finally {
            node.closeStoppingTasks();
            server.close();
        }
    }

    private static Job large(String id) {
        return TestJobs.job(
                        id,
                        "dc1",
                        TaskGroup.newBuilder()
                                .setName("web")
                                .addTasks(TestJobs.task()
                                        .setResources(Resources.newBuilder()
                                                .setCpu(20)
                                                .setMemoryMib(10))))
                .toBuilder()
                .putAllMeta(TestJobs.meta(META))
                .build();
    }
}
