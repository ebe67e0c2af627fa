package dev.gantry.cluster.node;

import static dev.gantry.store.TestIds.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.cluster.ClusterFixture;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.UpdateStrategy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientUpdatesTest {

    @TempDir
    Path dir;

    private ClusterFixture cluster;
    private JobRecord job;

    @BeforeEach
    void open() {
        cluster = new ClusterFixture(dir);
        job = cluster.submit("web", "v1", UpdateStrategy.newBuilder());
        IntStream.range(0, 3).forEach(i -> cluster.insert(ClusterFixture.allocation(id("a" + i), job, i)));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void reports_that_arrive_while_the_store_is_busy_become_one_write() {
        long before = cluster.store().reader().lastIndex();
        CountDownLatch said = new CountDownLatch(1);
        hold(said);

        List<CompletableFuture<Void>> stored = IntStream.range(0, 3)
                .mapToObj(i -> say(id("a" + i), ClientStatus.CLIENT_STATUS_COMPLETE, true))
                .toList();
        said.countDown();

        stored.forEach(CompletableFuture::join);
        assertThat(cluster.store().reader().lastIndex()).isEqualTo(before + 1);
        assertThat(cluster.store().reader().allocations().liveOnNode(ClusterFixture.NODE))
                .isEmpty();
    }

    @Test
    void a_terminal_status_is_final_within_one_write_and_reports_of_an_ended_session_are_ignored() {
        CountDownLatch said = new CountDownLatch(1);
        hold(said);

        List<CompletableFuture<Void>> stored = List.of(
                say(id("a0"), ClientStatus.CLIENT_STATUS_FAILED, true),
                say(id("a0"), ClientStatus.CLIENT_STATUS_COMPLETE, true),
                say(id("a1"), ClientStatus.CLIENT_STATUS_FAILED, false));
        said.countDown();

        stored.forEach(CompletableFuture::join);
        assertThat(cluster.allocation(id("a0")).getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(cluster.allocation(id("a1")).getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_RUNNING);
    }

    @Test
    void a_node_can_not_report_about_an_allocation_of_another_node() {
        AllocationUpdate end = AllocationUpdate.newBuilder()
                .setAllocationId(id("a0"))
                .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                .build();

        cluster.nodes().updateAllocations("another", List.of(end), () -> true).join();

        assertThat(cluster.allocation(id("a0")).getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_RUNNING);
    }

    @Test
    void an_error_in_a_callback_of_a_stored_report_breaks_the_store() {
        var unused = say(id("a0"), ClientStatus.CLIENT_STATUS_COMPLETE, true).thenAccept(stored -> {
            throw new NoClassDefFoundError("a class is gone");
        });

        await().atMost(Duration.ofSeconds(10))
                .until(() -> !cluster.store().health().isServing());
    }

    @Test
    void a_report_that_the_store_refuses_is_not_acknowledged() {
        cluster.store().close();

        assertThat(say(id("a0"), ClientStatus.CLIENT_STATUS_COMPLETE, true)).isCompletedExceptionally();
        assertThat(say(id("a0"), ClientStatus.CLIENT_STATUS_COMPLETE, true)).isCompletedExceptionally();
    }

    private void hold(CountDownLatch until) {
        var unused = cluster.store().write(transaction -> {
            try {
                until.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return null;
        });
    }

    private CompletableFuture<Void> say(String id, ClientStatus status, boolean current) {
        AllocationUpdate update = AllocationUpdate.newBuilder()
                .setAllocationId(id)
                .setClientStatus(status)
                .build();
        return cluster.nodes().updateAllocations(ClusterFixture.NODE, List.of(update), () -> current);
    }
}
