package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the check of the database at the start of a store. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DatabaseCheckTest {

    @TempDir
    Path dir;

    @Test
    void a_closed_store_opens_again_with_all_writes_and_the_same_cluster_id() {
        String cluster = fill(3);

        try (Store store = Store.open(dir)) {
            assertThat(store.clusterId()).isEqualTo(cluster);
            assertThat(store.durableIndex()).isEqualTo(3);
        }
        assertThat(marker()).content().startsWith(cluster).contains(" 0000000000000000003");
    }

    @Test
    void two_new_databases_have_different_cluster_ids() {
        try (Store one = Store.open(dir.resolve("one"));
                Store other = Store.open(dir.resolve("other"))) {
            assertThat(one.clusterId()).isNotEqualTo(other.clusterId());
        }
    }

    @Test
    void a_killed_store_opens_again_with_all_acknowledged_writes() throws Exception {
        Process writer = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        dir.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long acknowledged = 0;
        try (BufferedReader output = writer.inputReader()) {
            while (acknowledged < 200) {
                acknowledged = Long.parseLong(output.readLine());
            }
        } finally {
            writer.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
        long marked = AcknowledgedFile.read(marker()).orElseThrow().index();
        assertThat(marked).isGreaterThanOrEqualTo(acknowledged);

        try (Store store = Store.open(dir)) {
            assertThat(store.durableIndex()).isGreaterThanOrEqualTo(marked);
        }
    }

    @Test
    void a_truncated_database_is_neither_opened_nor_changed() throws Exception {
        fill(400);
        cutToHalf();
        byte[] left = Files.readAllBytes(database());

        assertThatThrownBy(() -> Store.open(dir))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(database().toString())
                .hasMessageContaining(marker().toString())
                .hasMessageContaining("index 400 were acknowledged")
                .hasMessageContaining("--accept-lost-writes");

        assertThat(Files.readAllBytes(database())).isEqualTo(left);
    }

    @Test
    void a_database_truncated_after_a_kill_is_not_opened() throws Exception {
        fill(400);
        AcknowledgedFile.Content known = AcknowledgedFile.read(marker()).orElseThrow();
        AcknowledgedFile.keep(
                        marker(), new AcknowledgedFile.Content(known.clusterId(), known.index(), 0, Optional.empty()))
                .close();
        long size = Files.size(database());
        try (FileChannel file = FileChannel.open(database(), StandardOpenOption.WRITE)) {
            file.truncate(size / 20);
        }

        assertThatThrownBy(() -> Store.open(dir)).isInstanceOf(StoreException.class);
    }

    private void cutToHalf() throws IOException {
        long half = Files.size(database()) / 2;
        try (FileChannel file = FileChannel.open(database(), StandardOpenOption.WRITE)) {
            file.truncate(half);
        }
    }

    @Test
    void a_smaller_database_that_has_all_writes_is_opened() throws Exception {
        fill(400);
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + dir.resolve("gantry"));
                var statement = connection.createStatement()) {
            statement.execute("SHUTDOWN COMPACT");
        }
        AcknowledgedFile.Content known = AcknowledgedFile.read(marker()).orElseThrow();
        AcknowledgedFile.keep(
                        marker(),
                        new AcknowledgedFile.Content(
                                known.clusterId(), known.index(), Files.size(database()) + 1, Optional.empty()))
                .close();

        try (Store store = Store.open(dir)) {
            assertThat(store.durableIndex()).isEqualTo(400);
        }
    }

    @Test
    void a_byte_changed_while_no_server_ran_is_detected() throws Exception {
        String cluster = fill(40);
        flip(database(), indexOf("job-20"));
        byte[] left = Files.readAllBytes(database());

        assertThatThrownBy(() -> Store.open(dir))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(database().toString())
                .hasMessageContaining("not as the last server has left it")
                .hasMessageContaining("--accept-lost-writes");

        assertThat(Files.readAllBytes(database())).isEqualTo(left);
        // An operator who has changed it on purpose deletes the marker.
        Files.delete(marker());
        try (Store store = Store.open(dir)) {
            assertThat(store.clusterId()).isEqualTo(cluster);
        }
    }

    @Test
    void a_database_that_was_not_closed_is_read_completely_and_unreadable_rows_are_reported() throws Exception {
        fill(400);
        keepOpen(dir, AcknowledgedFile.read(marker()).orElseThrow());
        try (FileChannel file = FileChannel.open(database(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(200), indexOf("job-200") - 100);
        }
        byte[] left = Files.readAllBytes(database());

        assertThatThrownBy(() -> Store.open(dir))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("can't be read (index ")
                .hasMessageContaining("it is damaged");

        assertThat(Files.readAllBytes(database())).isEqualTo(left);
    }

    @Test
    void the_check_of_a_database_that_was_not_closed_loads_the_allocations_without_changes_that_were_not_committed()
            throws Exception {
        try (Store store = Store.open(dir)) {
            store.write(tx -> tx.insertAllocation(allocation("a1", ClientStatus.CLIENT_STATUS_RUNNING)))
                    .join();
            store.write(tx -> tx.insertAllocation(allocation("a2", ClientStatus.CLIENT_STATUS_RUNNING)))
                    .join();
            store.write(tx -> tx.insertAllocation(allocation("a3", ClientStatus.CLIENT_STATUS_FAILED)))
                    .join();
        }
        Path killed = Files.createDirectory(dir.resolve("killed"));
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + dir.resolve("gantry"))) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(
                        "update allocation set client_status = 4 where row_key = (select min(row_key) from allocation)");
                statement.execute("delete from allocation where client_status = 2");
                // Writes what is not committed, too.
                statement.execute("checkpoint");
                Files.copy(database(), killed.resolve("gantry.mv.db"));
            }
            connection.rollback();
        }
        keepOpen(killed, AcknowledgedFile.read(marker()).orElseThrow());

        AllocationIndex index = new AllocationIndex();
        assertThat(new DatabaseCheck(killed, index).isForked(false)).isFalse();

        assertThat(index.isLoaded()).isTrue();
        assertThat(index.countLive()).isEqualTo(2);
        assertThat(index.ofNode("n1").live()).containsExactlyInAnyOrder(key("a1"), key("a2"));
        assertThat(index.ofJob("web").all()).containsExactly(key("a3"), key("a2"), key("a1"));
        try (Store store = Store.open(killed)) {
            assertThat(store.reader().counts().allocationsLive()).isEqualTo(2);
            assertThat(store.reader().allocations().liveOnNode("n1"))
                    .extracting(Allocation::getId)
                    .containsExactlyInAnyOrder(TestIds.id("a1"), TestIds.id("a2"));
        }
    }

    @Test
    void the_check_of_a_closed_database_loads_no_allocations() {
        fill(1);
        AllocationIndex index = new AllocationIndex();

        assertThat(new DatabaseCheck(dir, index).isForked(false)).isFalse();
        assertThat(index.isLoaded()).isFalse();
    }

    private static Allocation allocation(String id, ClientStatus status) {
        return Allocation.newBuilder()
                .setId(TestIds.id(id))
                .setJobId("web")
                .setNodeId("n1")
                .setClientStatus(status)
                .build();
    }

    private static long key(String id) {
        return RowKey.of(TestIds.id(id));
    }

    /** Writes the marker of a database that was not closed. */
    private static void keepOpen(Path directory, AcknowledgedFile.Content known) {
        AcknowledgedFile.keep(
                        AcknowledgedFile.in(directory),
                        new AcknowledgedFile.Content(known.clusterId(), known.index(), 0, Optional.empty()))
                .close();
    }

    @Test
    void a_marker_of_an_older_version_is_read_and_one_with_a_changed_digit_is_not() throws Exception {
        String cluster = fill(3);
        String content = Files.readString(marker());
        Files.writeString(marker(), content.replace(" 0000000000000000003 ", " 0000000000000000007 "));
        assertThat(AcknowledgedFile.read(marker())).isEmpty();

        Files.writeString(marker(), content.substring(0, content.length() - 19) + "\n");
        long size = Files.size(database());
        assertThat(AcknowledgedFile.read(marker()))
                .hasValueSatisfying(old -> assertThat(old)
                        .returns(cluster, AcknowledgedFile.Content::clusterId)
                        .returns(3L, AcknowledgedFile.Content::index)
                        .returns(size, AcknowledgedFile.Content::size)
                        .returns(Optional.empty(), AcknowledgedFile.Content::checksum));
        assertThat(fill(1)).isEqualTo(cluster);
    }

    @Test
    void a_file_that_is_no_database_is_neither_opened_nor_changed() throws Exception {
        fill(3);
        Files.writeString(database(), "nothing at all");

        assertThatThrownBy(() -> Store.open(dir)).hasMessageContaining("it is damaged");

        assertThat(database()).hasContent("nothing at all");
    }

    @Test
    void an_empty_database_file_is_not_treated_as_a_new_database() throws Exception {
        fill(3);
        Files.write(database(), new byte[0]);

        assertThatThrownBy(() -> Store.open(dir)).isInstanceOf(StoreException.class);

        assertThat(database()).isEmptyFile();
    }

    @Test
    void a_missing_database_is_not_recreated() throws Exception {
        fill(3);
        Files.delete(database());

        assertThatThrownBy(() -> Store.open(dir))
                .hasMessageContaining("is missing, although")
                .hasMessageContaining("up to index 3");

        assertThat(database()).doesNotExist();
    }

    @Test
    void an_older_copy_of_the_database_is_refused() throws Exception {
        fill(3);
        Files.copy(database(), dir.resolve("copy"));
        String cluster = fill(2);
        Files.copy(dir.resolve("copy"), database(), StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> Store.open(dir))
                .hasMessageContaining("ends at index 3, although")
                .hasMessageContaining("index 5 were acknowledged: it is an older copy");

        try (Store store = Store.open(StoreOptions.embedded(dir, true))) {
            assertThat(store.durableIndex()).isEqualTo(3);
            assertThat(store.clusterId()).isNotEqualTo(cluster);
        }
        // The flag is needed once only: later starts accept the database.
        fill(1);
        try (Store store = Store.open(dir)) {
            assertThat(store.durableIndex()).isEqualTo(4);
        }
    }

    @Test
    void a_database_of_another_cluster_is_refused_by_its_id_whatever_its_index() throws Exception {
        fill(3);
        Path other = dir.resolve("other");
        try (Store store = Store.open(other)) {
            write(store, 9);
        }
        Files.copy(other.resolve("gantry.mv.db"), database(), StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> Store.open(dir))
                .hasMessageContaining("is of cluster")
                .hasMessageContaining("index 9");
    }

    @Test
    void a_database_without_its_marker_is_opened_and_gets_one() throws Exception {
        String cluster = fill(3);
        Files.delete(marker());

        assertThat(fill(1)).isEqualTo(cluster);

        assertThat(AcknowledgedFile.read(marker()))
                .hasValueSatisfying(content -> assertThat(content)
                        .returns(cluster, AcknowledgedFile.Content::clusterId)
                        .returns(4L, AcknowledgedFile.Content::index));
    }

    @Test
    void a_damaged_marker_counts_as_missing() throws Exception {
        String cluster = fill(3);
        Files.writeString(marker(), "garbage that is longer than what a marker says in all its length and more");

        assertThat(fill(1)).isEqualTo(cluster);

        assertThat(AcknowledgedFile.read(marker()))
                .hasValueSatisfying(content -> assertThat(content)
                        .returns(cluster, AcknowledgedFile.Content::clusterId)
                        .returns(4L, AcknowledgedFile.Content::index));
    }

    @Test
    void a_database_of_an_older_version_is_given_an_id_and_a_copy_of_it_is_then_older() throws Exception {
        fill(3);
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + dir.resolve("gantry"));
                var statement = connection.createStatement()) {
            statement.execute("UPDATE cluster_index SET cluster_id = ''");
        }
        Files.delete(marker());
        Files.copy(database(), dir.resolve("copy"));
        assertThat(fill(1)).isNotEmpty();
        Files.copy(dir.resolve("copy"), database(), StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> Store.open(dir)).hasMessageContaining("is of no cluster");
    }

    @Test
    void a_missing_database_is_not_recreated_beside_a_damaged_marker() throws Exception {
        String cluster = fill(3);
        Files.delete(database());
        Files.writeString(marker(), "garbage");

        assertThatThrownBy(() -> Store.open(dir))
                .hasMessageContaining("is missing, although there was one")
                .hasMessageContaining("--accept-lost-writes");

        assertThat(database()).doesNotExist();
        assertThat(marker()).hasContent("garbage");
        try (Store store = Store.open(StoreOptions.embedded(dir, true))) {
            assertThat(store.clusterId()).isNotEqualTo(cluster);
        }
    }

    @Test
    void a_damaged_database_is_not_reported_as_in_use() throws Exception {
        fill(3);
        byte[] garbage = Base64.getDecoder().decode(noise().repeat(20));
        for (byte[] content : List.of(garbage, Arrays.copyOf(garbage, 5000), Arrays.copyOf(garbage, 1))) {
            Files.write(database(), content);

            assertThatThrownBy(() -> Store.open(StoreOptions.embedded(dir, true)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("move it away and start once with --accept-lost-writes")
                    .hasMessageNotContaining("another gantry server");

            assertThat(database()).hasBinaryContent(content);
        }
    }

    @Test
    void an_empty_file_becomes_a_database_once_lost_writes_are_accepted() throws Exception {
        String cluster = fill(3);
        Files.write(database(), new byte[0]);

        try (Store store = Store.open(StoreOptions.embedded(dir, true))) {
            assertThat(store.clusterId()).isNotEqualTo(cluster);
            assertThat(store.durableIndex()).isZero();
        }
    }

    /** Returns the last position of a text in the database's file. */
    private int indexOf(String text) throws IOException {
        int index = Files.readString(database(), StandardCharsets.ISO_8859_1).lastIndexOf(text);
        assertThat(index).isPositive();
        return index;
    }

    private static void flip(Path file, long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 1)).rewind();
            channel.write(one, position);
        }
    }

    private Path database() {
        return dir.resolve("gantry.mv.db");
    }

    private Path marker() {
        return dir.resolve("acknowledged");
    }

    /** Does some writes and returns the cluster id. */
    private String fill(int writes) {
        try (Store store = Store.open(dir)) {
            write(store, writes);
            return store.clusterId();
        }
    }

    private static void write(Store store, int writes) {
        for (int i = 0; i < writes; i++) {
            String id = "job-" + (store.durableIndex() + 1);
            store.write(tx -> tx.putJobVersion(JobRecord.newBuilder()
                            .setJob(Job.newBuilder().setId(id).setName(noise()))
                            .build()))
                    .join();
        }
    }

    /** Returns text that cannot be compressed. */
    private static String noise() {
        byte[] bytes = new byte[1500];
        ThreadLocalRandom.current().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Writes until it is killed, and prints each acknowledged index. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] args) throws IOException {
            try (Store store = Store.open(Path.of(args[0]))) {
                while (!System.out.checkError()) {
                    write(store, 1);
                    System.out.println(store.durableIndex());
                }
            }
        }
    }
}
