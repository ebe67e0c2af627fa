package dev.gantry.store;

import static dev.gantry.store.TestIds.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.SchedulingEligibility;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests writes that share a commit: those that are queued while the test blocks the writer. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class WriteGroupTest {

    @Parameter
    private TestDatabase database;

    private static final AllocationFilter OF_WEB =
            new AllocationFilter(Optional.of("web"), Optional.empty(), Optional.empty());

    private static final AllocatedPort PORT =
            AllocatedPort.newBuilder().setIp("127.0.0.1").setPort(8080).build();

    @TempDir
    Path dir;

    private Store store;

    @BeforeEach
    void open() {
        store = database.open(dir);
        store.write(tx -> tx.insertNode(
                        Node.newBuilder().setId("n1").setName("one").build(), ByteString.EMPTY))
                .join();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void the_next_write_of_a_group_sees_that_a_node_was_closed_unless_the_closing_write_failed() {
        Node open = store.reader().nodes().find("n1").orElseThrow().toBuilder()
                .setStatus(NodeStatus.NODE_STATUS_READY)
                .build();
        Node closed = open.toBuilder()
                .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)
                .build();

        List<CompletableFuture<Boolean>> answers = inOneGroup(List.of(
                tx -> tx.updateNode(open).hasDrain(),
                tx -> tx.isOpen("n1"),
                tx -> {
                    tx.updateNode(closed);
                    assertThat(tx.isOpen("n1")).isFalse();
                    throw new IllegalStateException("fails");
                },
                tx -> tx.isOpen("n1"),
                tx -> tx.updateNode(closed).hasDrain(),
                tx -> tx.isOpen("n1")));

        assertThat(answers.get(5).join()).isFalse();
        assertThat(answers.get(3).join()).isTrue();
        assertThat(answers.get(2)).isCompletedExceptionally();
        assertThat(answers.get(1).join()).isTrue();
        assertThat(store.write(tx -> tx.isOpen("n1")).join()).isFalse();
    }

    @Test
    void the_next_write_of_a_group_sees_each_change_of_a_node_and_none_of_a_failed_write() {
        Node two = Node.newBuilder().setId("n2").setName("two").build();
        ByteString secret = ByteString.copyFromUtf8("secret");

        List<CompletableFuture<Boolean>> answers = inOneGroup(List.of(
                tx -> tx.node("n2").isPresent(),
                tx -> tx.insertNode(two, secret).hasDrain(),
                tx -> tx.nodeSecretHash("n2").equals(Optional.of(secret)),
                tx -> {
                    tx.updateNode(two.toBuilder().setName("failed").build());
                    throw new IllegalStateException("fails");
                },
                tx -> {
                    tx.removeNode("n2");
                    assertThat(tx.node("n2")).isEmpty();
                    throw new IllegalStateException("fails after it was sent");
                },
                tx -> tx.node("n2").map(Node::getName).equals(Optional.of("two")),
                tx -> tx.updateNode(two.toBuilder().setName("renamed").build()).hasDrain(),
                tx -> tx.reader().nodes().isNameTaken("renamed", "n1"),
                tx -> {
                    tx.removeNode("n1");
                    return tx.node("n1").isPresent();
                },
                tx -> tx.node("n1").isPresent()));

        assertThat(List.of(0, 1, 2, 5, 6, 7, 8, 9))
                .map(answers::get)
                .map(CompletableFuture::join)
                .containsExactly(false, false, true, true, false, true, false, false);
        assertThat(answers.get(3)).isCompletedExceptionally();
        assertThat(answers.get(4)).isCompletedExceptionally();
        assertThat(store.reader().nodes().find("n2")).map(Node::getName).hasValue("renamed");
        assertThat(store.write(tx -> tx.node("n2").map(Node::getName)).join()).hasValue("renamed");
        assertThat(store.write(tx -> tx.nodeSecretHash("n2")).join()).hasValue(secret);
        assertThat(store.write(tx -> tx.node("n1")).join()).isEmpty();
    }

    @Test
    void a_write_finds_its_own_objects_by_id_and_by_query() {
        store.write(tx -> {
                    tx.putJobVersion(job("web"));
                    tx.insertAllocation(allocation(id("a1")));

                    assertThat(tx.job("web")).isPresent();
                    assertThat(tx.allocations(List.of(id("a1"), id("a2"))))
                            .extracting(Allocation::getId)
                            .containsExactly(id("a1"));
                    assertThat(tx.reader().allocations().page(OF_WEB, "", 2)).hasSize(1);
                    assertThat(tx.reader().allocations().liveOnNode("n1")).hasSize(1);
                    assertThat(tx.allocation(id("a1"))).isPresent();
                    return null;
                })
                .join();
    }

    @Test
    void a_write_finds_objects_of_earlier_writes_of_its_group_before_and_after_they_are_sent() {
        List<CompletableFuture<Boolean>> found = inOneGroup(List.of(
                tx -> tx.putJobVersion(job("web")).getStopped(),
                tx -> tx.job("web").isPresent(),
                tx -> tx.reader().jobs().page("", "", 10).size() == 1,
                tx -> tx.job("web").isPresent()));

        assertThat(found).extracting(CompletableFuture::join).containsExactly(false, true, true, true);
    }

    @Test
    void an_object_put_by_several_writes_of_a_group_is_stored_in_its_last_state() {
        inOneGroup(List.of(
                        tx -> tx.putJobVersion(job("web")).getStopped(),
                        tx -> tx.insertAllocation(allocation(id("a1"))).getCanary(),
                        tx -> run(tx, id("a1")),
                        tx -> tx.reader().allocations().find(id("a1")).isPresent() && run(tx, id("a1")),
                        tx -> tx.putJob(tx.job("web").orElseThrow().toBuilder()
                                        .setStopped(true)
                                        .build())
                                .getStopped()))
                .forEach(CompletableFuture::join);

        assertThat(store.reader().jobs().find("web").orElseThrow().getStopped()).isTrue();
        assertThat(store.reader().allocations().find(id("a1")).orElseThrow().getClientStatus())
                .isEqualTo(ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(store.write(tx -> tx.allocation(id("a1"))).join())
                .isEqualTo(store.reader().allocations().find(id("a1")));
    }

    @Test
    void a_write_finds_the_row_sent_by_an_earlier_write_rather_than_the_committed_one() {
        store.write(tx -> tx.putJobVersion(job("web"))).join();

        List<CompletableFuture<Boolean>> stopped = inOneGroup(List.of(
                tx -> {
                    tx.putJob(tx.job("web").orElseThrow().toBuilder()
                            .setStopped(true)
                            .build());
                    return tx.reader().jobs().find("web").orElseThrow().getStopped();
                },
                tx -> tx.job("web").orElseThrow().getStopped()));

        assertThat(stopped).extracting(CompletableFuture::join).containsExactly(true, true);
    }

    @Test
    void a_write_that_fails_after_sending_rows_undoes_only_its_own() {
        List<CompletableFuture<Boolean>> writes = inOneGroup(List.of(
                tx -> tx.putJobVersion(job("before")).getStopped(),
                tx -> {
                    tx.putJobVersion(job("bad"));
                    assertThat(tx.reader().jobs().page("", "", 10)).hasSize(2);
                    throw new IllegalStateException("no");
                },
                tx -> tx.putJobVersion(job("after")).getStopped()
                        || tx.job("bad").isPresent()));

        assertThat(writes.get(0).join()).isFalse();
        assertThatThrownBy(writes.get(1)::join).hasMessageContaining("no");
        assertThat(writes.get(2).join()).isFalse();
        assertThat(store.reader().jobs().page("", "", 10))
                .extracting(job -> job.getJob().getId())
                .containsExactly("after", "before");
    }

    @Test
    void a_write_that_takes_a_taken_port_fails_alone() {
        store.write(tx -> tx.putJobVersion(job("web"))).join();
        Allocation withPort = allocation(id("a1")).toBuilder().addPorts(PORT).build();

        List<CompletableFuture<Boolean>> writes = inOneGroup(List.of(
                tx -> tx.insertAllocation(withPort).getCanary(),
                tx -> tx.insertAllocation(withPort.toBuilder().setId(id("a2")).build())
                        .getCanary(),
                tx -> tx.insertAllocation(allocation(id("a3"))).getCanary()));

        assertThat(writes.get(0).join()).isFalse();
        assertThatThrownBy(writes.get(1)::join).hasCauseInstanceOf(StoreException.class);
        assertThat(writes.get(2).join()).isFalse();
        assertThat(store.reader().allocations().liveOnNode("n1"))
                .extracting(Allocation::getId)
                .containsExactlyInAnyOrder(id("a1"), id("a3"));
    }

    @Test
    void a_job_that_an_earlier_write_of_the_group_has_deleted_is_not_found() {
        store.write(tx ->
                        tx.putJobVersion(job("web").toBuilder().setStopped(true).build()))
                .join();

        List<CompletableFuture<Boolean>> writes = inOneGroup(List.of(
                tx -> tx.job("web").isPresent(),
                tx -> tx.beginDeletion().jobs(List.of("web"), Long.MAX_VALUE) == 1,
                tx -> tx.job("web").isPresent()));

        assertThat(writes).extracting(CompletableFuture::join).containsExactly(true, true, false);
        assertThat(store.write(tx -> tx.job("web")).join()).isEmpty();
    }

    @Test
    void writes_that_only_store_an_answer_have_an_index_each() {
        Submission answered = new Submission(Submission.Kind.STOP, "web", 0, "", 1, Instant.ofEpochSecond(1));
        long before = store.write(WriteTransaction::index).join();

        List<CompletableFuture<Boolean>> together = inOneGroup(List.of(
                tx -> putSubmission(tx, "request-1", answered), tx -> putSubmission(tx, "request-2", answered)));
        assertThat(together).allSatisfy(write -> assertThat(write.join()).isTrue());
        store.write(tx -> putSubmission(tx, "request-3", answered)).join();

        assertThat(store.write(WriteTransaction::index).join()).isEqualTo(before + 3);
        for (String request : List.of("request-1", "request-2", "request-3")) {
            assertThat(store.reader().submission(request)).contains(answered);
        }
    }

    @Test
    void a_write_finds_jobs_and_submissions_from_before_a_restart() {
        Submission answered = new Submission(Submission.Kind.SUBMIT, "web", 0, id("e1"), 1, Instant.ofEpochSecond(1));
        store.write(tx -> {
                    tx.putSubmission("request-1", answered);
                    return tx.putJobVersion(job("web"));
                })
                .join();
        store.close();
        store = database.open(dir);

        assertThat(store.write(tx -> tx.submission("request-1")).join()).contains(answered);
        assertThat(store.write(tx -> tx.job("web")).join()).isPresent();
        assertThat(store.write(tx -> tx.job("other")).join()).isEmpty();
    }

    @Test
    void the_count_of_live_allocations_follows_committed_writes_alone() {
        store.write(tx ->
                        tx.putJobVersion(job("web").toBuilder().setStopped(true).build()))
                .join();
        store.write(tx -> {
                    Stream.of(id("a1"), id("a2"), id("a3"), id("a4"))
                            .forEach(id -> tx.insertAllocation(allocation(id)));
                    return run(tx, id("a1")) && end(tx, id("a4"));
                })
                .join();
        assertThat(countLive()).isEqualTo(3);

        CompletableFuture<Object> failed = store.write(tx -> {
            tx.insertAllocation(allocation(id("a5")));
            end(tx, id("a1"));
            throw new IllegalStateException("the write fails");
        });
        assertThat(failed).failsWithin(Duration.ofSeconds(30));
        assertThat(countLive()).isEqualTo(3);

        inOneGroup(List.of(tx -> run(tx, id("a2")), tx -> end(tx, id("a2")), tx -> end(tx, id("a2"))))
                .forEach(CompletableFuture::join);
        assertThat(countLive()).isEqualTo(2);
        store.close();
        store = database.open(dir);
        assertThat(countLive()).isEqualTo(2);

        store.write(tx -> end(tx, id("a1")) && end(tx, id("a3"))).join();
        assertThat(countLive()).isZero();
        store.write(tx -> tx.beginDeletion().jobs(List.of("web"), Long.MAX_VALUE))
                .join();
        assertThat(countLive()).isZero();
    }

    @Test
    void the_index_of_a_nodes_allocations_survives_a_restart_and_loses_those_of_a_deleted_job() {
        store.write(tx ->
                        tx.putJobVersion(job("web").toBuilder().setStopped(true).build()))
                .join();
        store.write(tx -> {
                    Stream.of(id("a1"), id("a2"), id("a3")).forEach(id -> tx.insertAllocation(allocation(id)));
                    return null;
                })
                .join();
        store.write(tx -> end(tx, id("a2"))).join();
        store.close();
        store = database.open(dir);

        AllocationFilter onNode = new AllocationFilter(Optional.empty(), Optional.of("n1"), Optional.empty());
        assertThat(store.reader().allocations().page(onNode, "", 2))
                .extracting(Allocation::getId)
                .containsExactly(id("a3"), id("a2"));
        assertThat(store.reader().allocations().page(onNode, id("a2"), 2))
                .extracting(Allocation::getId)
                .containsExactly(id("a1"));
        assertThat(store.reader().allocations().liveOnNode("n1"))
                .extracting(Allocation::getId)
                .containsExactlyInAnyOrder(id("a1"), id("a3"));
        assertThat(store.reader().allocations().endedOnNode("n1", 10))
                .extracting(Allocation::getId)
                .containsExactly(id("a2"));

        store.write(tx -> end(tx, id("a1")) && end(tx, id("a3"))).join();
        store.write(tx -> tx.beginDeletion().jobs(List.of("web"), Long.MAX_VALUE))
                .join();
        assertThat(store.reader().allocations().page(onNode, "", 10)).isEmpty();
    }

    /** Blocks the writer until all writes are queued. */
    private List<CompletableFuture<Boolean>> inOneGroup(List<Function<WriteTransaction, Boolean>> writes) {
        CountDownLatch queued = new CountDownLatch(1);
        CompletableFuture<Void> held = store.write(tx -> {
            try {
                queued.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return null;
        });
        List<CompletableFuture<Boolean>> answers =
                writes.stream().map(store::write).toList();
        queued.countDown();
        held.join();
        return answers;
    }

    private long countLive() {
        return store.reader().counts().allocationsLive();
    }

    private static boolean run(WriteTransaction tx, String id) {
        return put(tx, id, ClientStatus.CLIENT_STATUS_RUNNING);
    }

    private static boolean end(WriteTransaction tx, String id) {
        return put(tx, id, ClientStatus.CLIENT_STATUS_COMPLETE);
    }

    private static boolean put(WriteTransaction tx, String id, ClientStatus status) {
        Allocation known = tx.allocation(id).orElseThrow();
        return tx.updateClient(known.toBuilder().setClientStatus(status).build())
                        .getClientStatus()
                == status;
    }

    private static Allocation allocation(String id) {
        return Allocation.newBuilder()
                .setId(id)
                .setJobId("web")
                .setNodeId("n1")
                .setClientStatus(ClientStatus.CLIENT_STATUS_PENDING)
                .build();
    }

    private static JobRecord job(String id) {
        return JobRecord.newBuilder().setJob(Job.newBuilder().setId(id)).build();
    }

    private static boolean putSubmission(WriteTransaction tx, String requestId, Submission answer) {
        tx.putSubmission(requestId, answer);
        return true;
    }
}
