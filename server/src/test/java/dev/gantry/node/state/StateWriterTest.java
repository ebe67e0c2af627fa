package dev.gantry.node.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateWriterTest {

    @TempDir
    Path dir;

    private final Queue<Runnable> work = new ArrayDeque<>();
    private AllocationStore store;
    private ClusterMembership cluster;
    private StateWriter writer;

    @BeforeEach
    void make() {
        store = new AllocationStore(dir);
        cluster = ClusterMembership.load(dir.resolve("cluster"));
        writer = new StateWriter(store, cluster, work::add);
    }

    @Test
    void a_write_completes_only_when_it_is_on_disk() {
        CompletableFuture<Void> written = writer.put(stored("a1", "first"));
        assertThat(written).isNotDone();

        work.remove().run();

        assertThat(written).isCompleted();
        assertThat(store.load()).containsExactly(stored("a1", "first"));
    }

    @Test
    void the_cluster_index_is_on_disk_before_the_allocations_that_it_has_led_to() throws Exception {
        Files.createDirectory(dir.resolve("cluster"));
        cluster.raise(7);
        CompletableFuture<Void> refused = writer.put(stored("a1", "first"));
        work.remove().run();
        assertThat(refused).isCompletedExceptionally();
        assertThat(store.load()).isEmpty();

        Files.delete(dir.resolve("cluster"));
        CompletableFuture<Void> written = writer.put(stored("a1", "first"));
        work.remove().run();

        assertThat(written).isCompleted();
        assertThat(dir.resolve("cluster")).content().contains("0000000000000000007");
    }

    @Test
    void waiting_changes_are_written_together_and_only_the_newest_of_each_allocation() {
        CompletableFuture<Void> older = writer.put(stored("a1", "first"));
        CompletableFuture<Void> newer = writer.put(stored("a1", "second"));
        CompletableFuture<Void> other = writer.put(stored("a2", "first"));
        assertThat(work).hasSize(1);

        work.remove().run();

        assertThat(older).isCompleted();
        assertThat(newer).isCompleted();
        assertThat(other).isCompleted();
        assertThat(store.load()).containsExactlyInAnyOrder(stored("a1", "second"), stored("a2", "first"));
    }

    @Test
    void a_removal_wins_over_an_older_waiting_write() {
        CompletableFuture<Void> waited = writer.put(stored("a1", "first"));
        CompletableFuture<Void> gone = writer.remove("a1");

        work.remove().run();

        assertThat(waited).isCompleted();
        assertThat(gone).isCompleted();
        assertThat(store.load()).isEmpty();
    }

    @Test
    void a_disk_error_fails_the_waiting_writes() throws Exception {
        Files.delete(dir);
        CompletableFuture<Void> written = writer.put(stored("a1", "first"));

        work.remove().run();

        assertThat(written).failsWithin(Duration.ZERO).withThrowableThat().withMessageContaining("Can't write");
        Files.createDirectory(dir);
        CompletableFuture<Void> later = writer.put(stored("a1", "second"));
        work.remove().run();
        assertThat(later).isCompleted();
    }

    @Test
    void the_use_of_the_restart_policy_is_kept() {
        RestartWindow used = new RestartWindow(
                2, Instant.parse("2026-01-02T03:04:05.678Z"), Optional.of(Instant.parse("2026-01-02T03:14:05.123Z")));
        StoredAllocation stored = new StoredAllocation(
                stored("a1", "first").allocation(), stored("a1", "first").job(), Map.of("web", used));

        store.put(stored);

        assertThat(store.load()).containsExactly(stored);
    }

    private static StoredAllocation stored(String id, String description) {
        Allocation allocation =
                Allocation.newBuilder().setId(id).setDescription(description).build();
        return new StoredAllocation(
                allocation,
                JobVersion.newBuilder()
                        .setJob(Job.newBuilder().setId("job"))
                        .setVersion(1)
                        .build());
    }
}
