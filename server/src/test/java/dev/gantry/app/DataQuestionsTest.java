package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.EphemeralDisk;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileListing;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.Job;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests which files of other nodes a server gives to a node whose allocation takes data over. */
@Timeout(60)
class DataQuestionsTest {

    @RegisterExtension
    private final TestServer server = TestServer.extension();

    private FakeNode from;
    private FakeNode to;
    private Allocation source;
    private Allocation heir;

    @BeforeEach
    void drainTheNodeOfAnAllocation() {
        from = FakeNode.in("dc1", "from").connect(server.channel());
        Job.Builder job = TestJobs.counted("web", "dc1", 1).toBuilder();
        job.getTaskGroupsBuilder(0)
                .setEphemeralDisk(EphemeralDisk.newBuilder().setSizeMib(300).setMigrate(true));
        server.jobs().submitJob(TestJobs.submit(job.build()));
        source = theOnly(from);
        from.report(source.getId(), ClientStatus.CLIENT_STATUS_RUNNING);
        to = FakeNode.in("dc1", "to").connect(server.channel());
        var unused = server.nodes()
                .drainNode(DrainNodeRequest.newBuilder()
                        .setNodeId(from.id())
                        .setBegin(DrainStrategy.getDefaultInstance())
                        .build());
        heir = theOnly(to);
    }

    @AfterEach
    void stop() {
        from.close();
        to.close();
    }

    @Test
    void a_node_gets_the_data_of_the_other_allocation_once_that_has_ended() {
        assertThat(heir.getDataOfAllocationId()).isEqualTo(source.getId());
        assertThat(heir.getDataOfNodeId()).isEqualTo(from.id());
        assertThat(ask(to, heir.getId(), "alloc/data").getRunning()).isTrue();
        from.report(source.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);

        assertThat(ask(to, heir.getId(), "alloc/data/db").getError()).isEmpty();
        assertThat(ask(to, heir.getId(), "main/local").getError()).isEmpty();

        assertThat(from.session().fileQuestions())
                .extracting(FileQuestion::getAllocationId, FileQuestion::getPath)
                .containsExactly(tuple(source.getId(), "alloc/data/db"), tuple(source.getId(), "main/local"));
    }

    @Test
    void a_node_gets_no_other_files() {
        from.report(source.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);

        for (String path : List.of(
                "", "alloc", "alloc/logs/main.stdout.0", "alloc/local", "main/secrets/x", "main", "/alloc/data")) {
            assertRefused(ask(to, heir.getId(), path));
        }
        assertRefused(ask(from, heir.getId(), "alloc/data"));
        assertRefused(ask(to, source.getId(), "alloc/data"));
        assertRefused(ask(to, "no-such-allocation", "alloc/data"));
        to.report(heir.getId(), ClientStatus.CLIENT_STATUS_FAILED);
        assertRefused(ask(to, heir.getId(), "alloc/data"));
        assertThat(from.session().fileQuestions()).isEmpty();
    }

    @Test
    void a_node_is_told_that_the_other_one_is_not_connected() {
        from.report(source.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);
        from.close();

        eventually().untilAsserted(() -> {
            FileAnswer answer = ask(to, heir.getId(), "alloc/data");
            assertThat(answer.getError()).contains("not connected");
            assertThat(answer.getMissing()).isFalse();
        });
    }

    private static void assertRefused(FileAnswer answer) {
        assertThat(answer.getError()).contains("takes over no such data");
        assertThat(answer.getMissing()).isTrue();
    }

    private static FileAnswer ask(FakeNode node, String allocationId, String path) {
        List<FileAnswer> answers = node.session().dataAnswers();
        int before = answers.size();
        node.session()
                .send(ConnectRequest.newBuilder()
                        .setDataQuestion(FileQuestion.newBuilder()
                                .setRequestId(before + 1)
                                .setAllocationId(allocationId)
                                .setPath(path)
                                .setList(FileListing.newBuilder().setLimit(10)))
                        .build());
        eventually().until(() -> answers.size() > before);
        assertThat(answers.get(before).getRequestId()).isEqualTo(before + 1);
        return answers.get(before);
    }

    private static Allocation theOnly(FakeNode node) {
        eventually().until(() -> node.session().received().stream().anyMatch(state -> state.getAllocationsCount() > 0));
        return node.session().received().stream()
                .flatMap(state -> state.getAllocationsList().stream())
                .findFirst()
                .orElseThrow();
    }
}
