package dev.gantry.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the writer with a disk that fails, which a real database does not do on demand. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class GroupCommitterTest {

    @Parameter
    private TestDatabase database;

    @TempDir
    Path dir;

    private final AtomicBoolean diskFails = new AtomicBoolean();
    private volatile CountDownLatch diskIsBusy = new CountDownLatch(0);
    private OpenedDatabase opened;
    private StoreReader reader;
    private GroupCommitter committer;

    @BeforeEach
    void open() {
        opened = database.openDatabase(dir);
        Database used = opened.database();
        WriterMemory memory = new WriterMemory(new AllocationIndex());
        reader = new StoreReader(used.dsl(), used.reads(), memory.allocations(), memory.openNodes());
        committer = new GroupCommitter(used, opened.lease(), reader, memory, this::sync, 0);
        committer.start();
    }

    @AfterEach
    void close() {
        committer.close();
        opened.close();
    }

    @Test
    void nothing_is_written_after_the_disk_has_failed_to_keep_a_commit() {
        diskFails.set(true);
        assertThatThrownBy(
                        () -> committer.submit(tx -> tx.putJobVersion(job("a"))).join())
                .hasCauseInstanceOf(StoreException.class)
                .hasMessageContaining("start the server again");

        diskFails.set(false);

        assertThatThrownBy(
                        () -> committer.submit(tx -> tx.putJobVersion(job("b"))).join())
                .hasMessageContaining("start the server again");
        assertThat(reader.jobs().find("b")).isEmpty();
    }

    @Test
    void listeners_and_callers_are_not_told_of_writes_that_are_not_on_disk() {
        AtomicBoolean told = new AtomicBoolean();
        committer.listen(changes -> told.set(true));
        diskFails.set(true);

        assertThatThrownBy(
                        () -> committer.submit(tx -> tx.putJobVersion(job("a"))).join())
                .hasCauseInstanceOf(StoreException.class);

        assertThat(told).isFalse();
    }

    @Test
    void the_next_group_is_committed_while_the_disk_is_busy_and_nobody_is_answered_before_the_disk() throws Exception {
        diskIsBusy = new CountDownLatch(1);
        CompletableFuture<JobRecord> first = committer.submit(tx -> tx.putJobVersion(job("a")));
        await().until(() -> reader.jobs().find("a").isPresent());
        CompletableFuture<JobRecord> second = committer.submit(tx -> tx.putJobVersion(job("b")));
        await().until(() -> reader.jobs().find("b").isPresent());
        CompletableFuture<Boolean> reading = committer.submit(tx -> tx.job("a").isPresent());

        assertThat(CompletableFuture.anyOf(first, second, reading)).isNotDone();

        diskIsBusy.countDown();
        assertThat(reading.get(10, SECONDS)).isTrue();
        assertThat(first).isDone();
        assertThat(second).isDone();
    }

    @Test
    void those_that_only_prepare_writes_get_changes_while_the_disk_is_busy_and_the_others_after() {
        List<String> told = new CopyOnWriteArrayList<>();
        committer.listenToCommits(changes -> told.add("committed " + changes.index()));
        committer.listen(changes -> told.add("on disk " + changes.index()));
        diskIsBusy = new CountDownLatch(1);

        CompletableFuture<JobRecord> first = committer.submit(tx -> tx.putJobVersion(job("a")));
        await().until(() -> told.contains("committed 1"));
        CompletableFuture<JobRecord> second = committer.submit(tx -> tx.putJobVersion(job("b")));
        await().until(() -> told.contains("committed 2"));

        assertThat(told).containsExactly("committed 1", "committed 2");
        diskIsBusy.countDown();
        CompletableFuture.allOf(first, second).join();
        assertThat(told).containsExactly("committed 1", "committed 2", "on disk 1", "on disk 2");
    }

    @Test
    void while_many_writes_wait_those_of_clients_are_refused_and_the_servers_own_find_a_place() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<Boolean> first = committer.submit(tx -> isReleased(held));
        CompletableFuture<Boolean> ofClient = first;
        while (!ofClient.isCompletedExceptionally()) {
            ofClient = committer.submitOfClient(tx -> true);
        }

        CompletableFuture<Boolean> own = committer.submit(tx -> true);

        assertThatThrownBy(ofClient::join)
                .hasCauseInstanceOf(StoreOverloadedException.class)
                .hasMessageContaining("4096 writes are waiting already; try again shortly");
        assertThat(own).isNotDone();
        held.countDown();
        assertThat(own.get(10, SECONDS)).isTrue();
        assertThat(committer.submitOfClient(tx -> true).get(10, SECONDS)).isTrue();
    }

    private static boolean isReleased(CountDownLatch held) {
        try {
            return held.await(60, SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void sync() {
        try {
            diskIsBusy.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (diskFails.get()) {
            throw new IllegalStateException("input/output error");
        }
        opened.database().sync();
    }

    private static JobRecord job(String id) {
        return JobRecord.newBuilder().setJob(Job.newBuilder().setId(id)).build();
    }
}
