package dev.gantry.node.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocationStoreTest {

    @TempDir
    Path dir;

    @Test
    void keeps_the_newest_state_of_each_allocation() {
        AllocationStore store = new AllocationStore(dir);
        store.put(allocation("a", ClientStatus.CLIENT_STATUS_PENDING));
        store.put(allocation("b", ClientStatus.CLIENT_STATUS_PENDING));
        store.put(allocation("a", ClientStatus.CLIENT_STATUS_RUNNING));

        assertThat(new AllocationStore(dir).load())
                .containsExactlyInAnyOrder(
                        allocation("a", ClientStatus.CLIENT_STATUS_RUNNING),
                        allocation("b", ClientStatus.CLIENT_STATUS_PENDING));
    }

    @Test
    void a_removed_allocation_is_gone() {
        AllocationStore store = new AllocationStore(dir);
        store.put(allocation("a", ClientStatus.CLIENT_STATUS_PENDING));
        store.remove("a");
        store.remove("never-there");

        assertThat(store.load()).isEmpty();
    }

    @Test
    void ignores_an_interrupted_write_and_renames_a_damaged_file() throws IOException {
        AllocationStore store = new AllocationStore(dir);
        store.put(allocation("good", ClientStatus.CLIENT_STATUS_PENDING));
        Files.writeString(dir.resolve("half.allocation.new"), "half");
        Files.write(dir.resolve("bad.allocation"), new byte[] {1, 2, 3});
        Files.write(dir.resolve("empty.allocation"), new byte[0]);

        assertThat(store.load()).containsExactly(allocation("good", ClientStatus.CLIENT_STATUS_PENDING));
        assertThat(store.isDamaged("good")).isFalse();
        assertThat(store.isDamaged("bad")).isTrue();
        assertThat(dir)
                .isDirectoryContaining("glob:**/bad.allocation.damaged")
                .isDirectoryContaining("glob:**/empty.allocation.damaged")
                .isDirectoryNotContaining("glob:**/half*");
    }

    @Test
    void a_changed_bit_anywhere_in_a_file_is_detected() throws IOException {
        AllocationStore store = new AllocationStore(dir);
        StoredAllocation stored = allocation("a", ClientStatus.CLIENT_STATUS_RUNNING);
        store.put(stored);
        Path file = dir.resolve("a.allocation");
        byte[] whole = Files.readAllBytes(file);

        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            Files.write(file, damaged);
            Files.deleteIfExists(dir.resolve("a.allocation.damaged"));
            // If the changed bit makes the checksum another field, the rest is unchanged.
            assertThat(store.load()).as("with bit %d changed", bit).isSubsetOf(stored);
        }
    }

    @Test
    void a_file_of_an_older_version_has_no_checksum_and_is_read() throws IOException {
        AllocationStore store = new AllocationStore(dir);
        store.put(allocation("a", ClientStatus.CLIENT_STATUS_RUNNING));
        Path file = dir.resolve("a.allocation");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 7));

        assertThat(store.load()).containsExactly(allocation("a", ClientStatus.CLIENT_STATUS_RUNNING));
    }

    @Test
    void a_damaged_file_is_kept_until_its_allocation_is_stored_or_removed() throws IOException {
        AllocationStore store = new AllocationStore(dir);
        Files.write(dir.resolve("a.allocation"), new byte[] {1, 2, 3});
        Files.write(dir.resolve("b.allocation"), new byte[] {1, 2, 3});
        assertThat(store.load()).isEmpty();
        assertThat(new AllocationStore(dir).load()).isEmpty();
        assertThat(store.isDamaged("a")).isTrue();

        store.put(allocation("a", ClientStatus.CLIENT_STATUS_RUNNING));
        store.remove("b");

        assertThat(store.isDamaged("a")).isFalse();
        assertThat(store.load()).containsExactly(allocation("a", ClientStatus.CLIENT_STATUS_RUNNING));
        assertThat(dir.toFile().list()).containsExactly("a.allocation");
    }

    private static StoredAllocation allocation(String id, ClientStatus status) {
        return new StoredAllocation(
                Allocation.newBuilder().setId(id).setClientStatus(status).build(),
                JobVersion.newBuilder()
                        .setJob(Job.newBuilder().setId("web"))
                        .setVersion(2)
                        .build());
    }
}
