package dev.gantry.store;

import static dev.gantry.store.TestIds.id;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabase.class)
class StoreTest {

    @Parameter
    private TestDatabase database;

    private static final AllocatedPort PORT = AllocatedPort.newBuilder()
            .setLabel("http")
            .setTask("nginx")
            .setIp("127.0.0.1")
            .setPort(8080)
            .build();

    @TempDir
    Path dir;

    private Store store;

    @BeforeEach
    void open() {
        store = database.open(dir);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void acknowledged_writes_survive_a_restart() {
        store.write(tx -> tx.putJobVersion(job("web"))).join();
        store.close();
        store = database.open(dir);

        assertThat(store.reader().jobs().find("web")).hasValueSatisfying(job -> {
            assertThat(job.getJob().getName()).isEqualTo("web");
            assertThat(job.getCreateIndex()).isEqualTo(1);
        });
        assertThat(store.reader().lastIndex()).isEqualTo(1);
    }

    @Test
    void each_write_has_its_own_index_even_in_a_shared_commit() {
        List<CompletableFuture<Long>> writes = IntStream.range(0, 300)
                .mapToObj(
                        i -> store.write(tx -> tx.putJobVersion(job("web-" + i)).getModifyIndex()))
                .toList();

        assertThat(writes.stream().map(CompletableFuture::join))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 300).mapToObj(Long::valueOf).toList());
        assertThat(store.reader().lastIndex()).isEqualTo(300);
    }

    @Test
    void a_failed_write_stores_nothing_and_does_not_fail_other_writes_of_the_group() {
        CompletableFuture<?> good = store.write(tx -> tx.putJobVersion(job("good")));
        CompletableFuture<?> bad = store.write(tx -> {
            tx.putJobVersion(job("bad"));
            throw new IllegalStateException("no");
        });
        CompletableFuture<?> alsoGood = store.write(tx -> tx.putJobVersion(job("also-good")));

        good.join();
        alsoGood.join();
        assertThatThrownBy(bad::join).isInstanceOf(CompletionException.class).hasMessageContaining("no");
        assertThat(store.reader().jobs().page("", "", 10))
                .extracting(job -> job.getJob().getId())
                .containsExactly("also-good", "good");
        assertThat(store.reader().lastIndex()).isEqualTo(2);
    }

    @Test
    void an_unreadable_row_is_named_in_the_error() {
        store.write(tx -> tx.putJobVersion(job("web"))).join();
        // Its id, then half of a field.
        database.execute(dir, "update job set spec = ?", HexFormat.of().parseHex("0a03776562ff"));

        assertThatThrownBy(() -> store.reader().jobs().page("", "", 10))
                .hasMessageContaining("The stored Job web can't be read: the database is damaged");
    }

    @Test
    void the_database_refuses_a_port_that_is_taken() {
        prepareJobAndNode();
        store.write(tx -> tx.insertAllocation(allocation(id("a1")))).join();

        assertThatThrownBy(() -> store.write(tx -> tx.insertAllocation(allocation(id("a2"))))
                        .join())
                .hasCauseInstanceOf(StoreException.class);
        assertThat(store.reader().allocations().find(id("a2"))).isEmpty();
    }

    @Test
    void a_port_is_free_again_once_its_allocation_has_ended() {
        prepareJobAndNode();
        Allocation first =
                store.write(tx -> tx.insertAllocation(allocation(id("a1")))).join();
        assertThat(database.takenPorts(dir, "n1")).containsExactly(PORT);

        store.write(tx -> tx.updateClient(first.toBuilder()
                        .setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE)
                        .build()))
                .join();

        assertThat(database.takenPorts(dir, "n1")).isEmpty();
        store.write(tx -> tx.insertAllocation(allocation(id("a2")))).join();
        assertThat(store.reader().allocations().find(id("a1")))
                .hasValueSatisfying(ended -> assertThat(ended.getPortsList()).containsExactly(PORT));
    }

    @Test
    void listeners_get_changes_in_order_before_the_caller_is_answered() {
        List<ChangeSet> changes = new CopyOnWriteArrayList<>();
        store.listen(changes::add);

        store.write(tx -> tx.putJobVersion(job("a"))).join();
        store.write(tx -> tx.putJobVersion(job("b"))).join();

        assertThat(changes).extracting(ChangeSet::index).containsExactly(1L, 2L);
        assertThat(changes.get(1).jobs())
                .extracting(job -> job.getJob().getId())
                .containsExactly("b");
    }

    @Test
    void a_change_of_the_client_status_is_no_assignment() {
        List<Allocation> assignments = new CopyOnWriteArrayList<>();
        store.listen(change -> assignments.addAll(change.assignments()));
        prepareJobAndNode();
        Allocation placed =
                store.write(tx -> tx.insertAllocation(allocation(id("a1")))).join();
        Allocation running = store.write(tx -> tx.updateClient(placed.toBuilder()
                        .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                        .build()))
                .join();

        store.write(tx -> tx.updateDesired(running.toBuilder()
                        .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                        .build()))
                .join();
        assertThat(assignments).extracting(Allocation::getModifyIndex).containsExactly(4L, 6L);
        assertThat(store.reader().allocations().changed("web", ChangeCursor.after(placed.getModifyIndex()), 10))
                .hasSize(1);
    }

    @Test
    void a_new_data_directory_is_readable_by_its_owner_only() throws IOException {
        Path fresh = dir.resolve("fresh");
        Store.open(fresh).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fresh)))
                .isEqualTo("rwx------");
    }

    @Test
    void a_job_with_a_failed_allocation_of_its_newest_version_has_failed() {
        prepareJobAndNode();
        Allocation placed =
                store.write(tx -> tx.insertAllocation(allocation(id("a1")))).join();
        assertThat(store.reader().activity().hasFailed("web")).isFalse();

        store.write(tx -> tx.updateClient(placed.toBuilder()
                        .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                        .build()))
                .join();
        assertThat(store.reader().activity().hasFailed("web")).isTrue();

        JobRecord known = store.reader().jobs().find("web").orElseThrow();
        store.write(tx -> tx.putJobVersion(known.toBuilder().setVersion(1).build()))
                .join();
        assertThat(store.reader().activity().hasFailed("web")).isFalse();
    }

    @Test
    void paging_over_more_allocations_than_one_query_reads_misses_no_change() {
        prepareJobAndNode();
        List<String> ids =
                IntStream.range(0, 2500).mapToObj(i -> id("%08x".formatted(i))).toList();
        store.write(tx -> {
                    ids.forEach(id -> tx.insertAllocation(
                            allocation(id).toBuilder().clearPorts().build()));
                    return null;
                })
                .join();
        List<CompletableFuture<Allocation>> writes = new ArrayList<>();
        Map<String, Long> told = new HashMap<>();
        ChangeCursor cursor = ChangeCursor.after(0);
        for (int turn = 0; turn < 400; turn++) {
            String changed = ids.get((turn * 1013) % ids.size());
            writes.add(store.write(tx -> tx.updateClient(tx.allocation(changed).orElseThrow())));
            cursor = read(cursor, told);
        }
        writes.forEach(CompletableFuture::join);
        for (ChangeCursor before = null; !cursor.equals(before); ) {
            before = cursor;
            cursor = read(cursor, told);
        }

        Map<String, Long> stored = store.reader().allocations().liveOnNode("n1").stream()
                .collect(toMap(Allocation::getId, Allocation::getModifyIndex));
        assertThat(told).isEqualTo(stored);
    }

    private ChangeCursor read(ChangeCursor after, Map<String, Long> told) {
        List<Allocation> page = store.reader().allocations().changed("web", after, 10);
        page.forEach(changed -> told.put(changed.getId(), changed.getModifyIndex()));
        return page.stream()
                .reduce((first, second) -> second)
                .map(last -> new ChangeCursor(last.getModifyIndex(), last.getId()))
                .orElse(after);
    }

    @Test
    void the_changes_of_one_write_are_read_in_pages() {
        prepareJobAndNode();
        store.write(tx -> {
                    Stream.of(id("a3"), id("a1"), id("a2"))
                            .forEach(id -> tx.insertAllocation(
                                    allocation(id).toBuilder().clearPorts().build()));
                    return null;
                })
                .join();

        List<Allocation> first = store.reader().allocations().changed("web", ChangeCursor.after(0), 2);
        assertThat(first).extracting(Allocation::getId).containsExactly(id("a1"), id("a2"));
        ChangeCursor cursor = new ChangeCursor(first.get(1).getModifyIndex(), id("a2"));
        assertThat(store.reader().allocations().changed("web", cursor, 2))
                .extracting(Allocation::getId)
                .containsExactly(id("a3"));
    }

    @Test
    void a_closed_store_refuses_writes() {
        store.close();

        assertThatThrownBy(
                        () -> store.write(tx -> tx.putJobVersion(job("late"))).join())
                .hasCauseInstanceOf(StoreException.class);
    }

    private void prepareJobAndNode() {
        store.write(tx -> tx.putJobVersion(job("web"))).join();
        store.write(tx -> tx.insertNode(
                        Node.newBuilder()
                                .setId("n1")
                                .setName("one")
                                .setStatus(NodeStatus.NODE_STATUS_READY)
                                .build(),
                        ByteString.copyFrom(new byte[] {1})))
                .join();
        store.write(tx -> tx.putEvaluation(Evaluation.newBuilder()
                        .setId(id("e1"))
                        .setJobId("web")
                        .setStatus(EvaluationStatus.EVALUATION_STATUS_PENDING)
                        .build()))
                .join();
    }

    private static Allocation allocation(String id) {
        return Allocation.newBuilder()
                .setId(id)
                .setJobId("web")
                .setNodeId("n1")
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_PENDING)
                .addPorts(PORT)
                .build();
    }

    private static JobRecord job(String id) {
        return JobRecord.newBuilder()
                .setJob(Job.newBuilder().setId(id).setName(id))
                .setSubmitTime(Timestamps.fromMillis(Instant.EPOCH.toEpochMilli()))
                .build();
    }
}
