package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATED_PORT;
import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.snapshot.SnapshotException;
import dev.gantry.snapshot.SnapshotFile;
import dev.gantry.snapshot.SnapshotWriter;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.SnapshotHeader;
import dev.gantry.v1.SnapshotRow;
import dev.gantry.v1.SnapshotRows;
import dev.gantry.v1.SnapshotSummary;
import dev.gantry.v1.SnapshotTable;
import dev.gantry.v1.SnapshotValue;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.CloseableDSLContext;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests snapshots of a database, and databases that are made from them. */
class SnapshotTest {

    private static final String CLUSTER = "6f9619ff-8b86-4011-b42d-00c04fc964ff";

    @TempDir
    Path dir;

    @Test
    void a_restored_database_has_the_rows_of_every_table() throws Exception {
        Map<String, List<List<Object>>> saved;
        try (OpenedDatabase opened = H2Database.open(dir.resolve("one"), false, Member.unreachable("test"))) {
            Database database = opened.database();
            fill(database.dsl());
            save(database, "file");
            saved = rows(database.dsl());
        }

        SnapshotRestore.Restored restored = restore("file", "two", true);

        assertThat(restored.clusterId()).isEqualTo(CLUSTER);
        assertThat(restored.summary().getTablesList())
                .extracting(SnapshotTable::getName)
                .containsExactlyInAnyOrderElementsOf(saved.keySet());
        try (CloseableDSLContext restoredRows = TestDatabase.H2.connect(dir.resolve("two"))) {
            assertThat(rows(restoredRows)).isEqualTo(saved);
        }
    }

    @Test
    void a_snapshot_of_postgresql_is_restored_into_h2() throws Exception {
        String cluster;
        try (Store store = TestDatabase.POSTGRESQL.open(dir.resolve("one"))) {
            cluster = store.clusterId();
            store.write(tx -> tx.putJobVersion(JobRecord.newBuilder()
                            .setJob(Job.newBuilder().setId("web"))
                            .build()))
                    .join();
            try (StoreSnapshot snapshot = store.snapshot()) {
                save(snapshot, "file");
            }
        }

        restore("file", "two", true);

        try (Store store = Store.open(dir.resolve("two"))) {
            assertThat(store.clusterId()).isEqualTo(cluster);
            assertThat(store.reader().jobs().find("web")).isPresent();
        }
    }

    @Test
    void a_snapshot_does_not_have_the_secret_by_which_servers_know_each_other() throws Exception {
        try (Store store = TestDatabase.POSTGRESQL.open(dir.resolve("one"));
                StoreSnapshot snapshot = store.snapshot()) {
            for (Optional<SnapshotRows> rows = snapshot.next(); rows.isPresent(); rows = snapshot.next()) {
                assertThat(rows.get().toString()).doesNotContain(store.passOnSecret());
            }
        }
    }

    @Test
    void a_snapshot_of_h2_is_restored_into_postgresql_once() throws Exception {
        Map<String, List<List<Object>>> saved;
        try (OpenedDatabase opened = H2Database.open(dir.resolve("one"), false, Member.unreachable("test"))) {
            fill(opened.database().dsl());
            save(opened.database(), "file");
            saved = rows(opened.database().dsl());
        }
        StoreOptions target = TestDatabase.POSTGRESQL.options(dir.resolve("two"));
        byte[] whole = Files.readAllBytes(dir.resolve("file"));
        Path damaged = Files.write(dir.resolve("damaged"), Arrays.copyOf(whole, whole.length - 20));

        assertThatThrownBy(() -> SnapshotRestore.run(damaged, dir.resolve("two"), target.postgres(), true))
                .isInstanceOf(SnapshotException.class);
        SnapshotRestore.run(dir.resolve("file"), dir.resolve("two"), target.postgres(), true);

        try (CloseableDSLContext restored = TestDatabase.POSTGRESQL.connect(dir.resolve("two"))) {
            assertThat(rows(restored)).isEqualTo(saved);
        }
        assertThatThrownBy(() -> SnapshotRestore.run(dir.resolve("file"), dir.resolve("two"), target.postgres(), true))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is used already, by cluster " + CLUSTER);
    }

    @Test
    void a_server_goes_on_in_postgresql_with_what_it_had_in_h2() throws Exception {
        String cluster;
        try (Store store = Store.open(dir.resolve("one"))) {
            cluster = store.clusterId();
            submit(store, "web");
            try (StoreSnapshot snapshot = store.snapshot()) {
                save(snapshot, "file");
            }
        }
        StoreOptions target = TestDatabase.POSTGRESQL.options(dir.resolve("two"));

        SnapshotRestore.run(dir.resolve("file"), dir.resolve("two"), target.postgres(), true);

        try (Store store = Store.open(target)) {
            assertThat(store.clusterId()).isEqualTo(cluster);
            submit(store, "api");
            assertThat(store.reader().jobs().find("web")).isPresent();
            assertThat(store.reader().counts().jobs()).isEqualTo(2);
        }
    }

    @Test
    void a_restored_database_is_another_clusters_unless_it_is_said_to_be_the_same() throws Exception {
        try (OpenedDatabase opened = H2Database.open(dir.resolve("one"), false, Member.unreachable("test"))) {
            Database database = opened.database();
            fill(database.dsl());
            save(database, "file");
        }

        SnapshotRestore.Restored restored = restore("file", "two", false);

        assertThat(restored.clusterId())
                .isNotEqualTo(CLUSTER)
                .isEqualTo(UUID.fromString(restored.clusterId()).toString());
        try (CloseableDSLContext restoredRows = TestDatabase.H2.connect(dir.resolve("two"))) {
            assertThat(restoredRows.fetchValue(CLUSTER_INDEX.CLUSTER_ID)).isEqualTo(restored.clusterId());
            assertThat(restoredRows.fetchValue(CLUSTER_INDEX.LAST_INDEX)).isEqualTo(41L);
        }
    }

    @Test
    void a_snapshot_has_all_writes_up_to_its_index_and_none_of_those_that_come_while_it_is_read() throws Exception {
        try (Store store = Store.open(dir.resolve("one"))) {
            for (int i = 0; i < 100; i++) {
                submit(store, "before-" + i);
            }
            try (StoreSnapshot snapshot = store.snapshot();
                    OutputStream out = Files.newOutputStream(dir.resolve("file"))) {
                SnapshotWriter writer = new SnapshotWriter(out, snapshot.header());
                Optional<SnapshotRows> rows = Optional.of(SnapshotRows.getDefaultInstance());
                for (int i = 0; rows.isPresent(); i++) {
                    submit(store, "after-" + i);
                    rows = snapshot.next();
                    if (rows.isPresent()) {
                        writer.write(rows.get());
                    }
                }
                writer.end();
            }
            submit(store, "last");
        }

        SnapshotRestore.Restored restored = restore("file", "two", false);

        try (Store store = Store.open(dir.resolve("two"))) {
            assertThat(store.durableIndex())
                    .isEqualTo(restored.summary().getHeader().getIndex())
                    .isEqualTo(100);
            assertThat(store.clusterId()).isEqualTo(restored.clusterId());
            assertThat(store.reader().jobs().find("before-99")).isPresent();
            assertThat(store.reader().jobs().find("after-0")).isEmpty();
            assertThat(store.reader().counts().jobs()).isEqualTo(100);
        }
    }

    @Test
    void a_snapshot_of_an_older_schema_is_upgraded() throws Exception {
        Path file = write(
                SnapshotHeader.newBuilder().setSchemaVersion("8").setIndex(7).build(),
                index(7, CLUSTER),
                SnapshotRows.newBuilder()
                        .setTable("submission")
                        .addAllColumns(List.of(
                                "write_index",
                                "request_id",
                                "job_id",
                                "version",
                                "evaluation_id",
                                "modify_index",
                                "submit_time",
                                "kind"))
                        .addRows(SnapshotRow.newBuilder()
                                .addValues(number(9))
                                .addValues(text("r"))
                                .addValues(text("j"))
                                .addValues(number(1))
                                .addValues(text("e"))
                                .addValues(number(3))
                                .addValues(number(4))
                                .addValues(number(1)))
                        .build());

        SnapshotRestore.run(file, dir.resolve("two"), Optional.empty(), false);

        try (Store store = Store.open(dir.resolve("two"))) {
            // The ninth migration raises the index to that of the newest answer.
            assertThat(store.durableIndex()).isEqualTo(9);
        }
    }

    @Test
    void what_this_program_does_not_know_is_refused_and_makes_no_database() throws Exception {
        SnapshotHeader header = SnapshotHeader.newBuilder()
                .setSchemaVersion("10")
                .setIndex(7)
                .setServerVersion("9.9")
                .build();
        SnapshotRows unknown = SnapshotRows.newBuilder().setTable("future").build();
        SnapshotRows column =
                SnapshotRows.newBuilder().setTable("job").addColumns("future").build();

        assertRefused(write(header.toBuilder().setSchemaVersion("99").build()), "version 9.9 or newer");
        assertRefused(write(header, unknown), "a table that its schema does not have: future");
        assertRefused(write(header, column), "a column that its schema does not have: job.future");
        assertRefused(write(header, index(8, CLUSTER)), "is said to end at index 7, and ends at 8");
    }

    @Test
    void a_file_that_is_cut_off_or_changed_anywhere_is_noticed() throws Exception {
        SnapshotRows.Builder rows =
                SnapshotRows.newBuilder().setTable("job").addColumns("id").addColumns("spec");
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            byte[] bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            rows.addRows(SnapshotRow.newBuilder()
                    .addValues(text("job-" + i))
                    .addValues(SnapshotValue.newBuilder().setData(ByteString.copyFrom(bytes))));
        }
        Path file = write(SnapshotHeader.newBuilder().setSchemaVersion("10").build(), index(0, CLUSTER), rows.build());
        byte[] whole = Files.readAllBytes(file);
        SnapshotSummary summary = SnapshotFile.verify(file);

        for (int length = 0; length < whole.length; length += 1 + random.nextInt(8)) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SnapshotFile.verify(file)).isInstanceOf(SnapshotException.class);
        }
        int noticed = 0;
        for (int at = 0; at < whole.length; at += 1 + random.nextInt(4)) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);
            try {
                // Some bytes of gzip's header say nothing about the content.
                assertThat(SnapshotFile.verify(file)).isEqualTo(summary);
            } catch (SnapshotException e) {
                noticed++;
            }
        }
        assertThat(noticed).isGreaterThan(whole.length / 4);
        assertRefused(file, "");
    }

    @Test
    void a_database_that_is_there_is_never_replaced() throws Exception {
        Path file = write(SnapshotHeader.newBuilder().setSchemaVersion("10").build(), index(0, CLUSTER));
        try (Store store = Store.open(dir.resolve("two"))) {
            submit(store, "kept");
            assertThatThrownBy(() -> SnapshotRestore.run(file, dir.resolve("two"), Optional.empty(), false))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("There is a database already");
        }
        assertThatThrownBy(() -> SnapshotRestore.run(file, dir.resolve("two"), Optional.empty(), false))
                .isInstanceOf(StoreException.class);

        try (Store store = Store.open(dir.resolve("two"))) {
            assertThat(store.reader().jobs().find("kept")).isPresent();
        }
    }

    @Test
    void a_directory_whose_database_was_lost_takes_a_snapshot() throws Exception {
        try (Store store = Store.open(dir.resolve("one"))) {
            submit(store, "web");
            try (StoreSnapshot snapshot = store.snapshot()) {
                save(snapshot, "file");
            }
            submit(store, "lost");
        }
        Files.delete(DatabaseCheck.file(dir.resolve("one")));
        assertThatThrownBy(() -> Store.open(dir.resolve("one"))).hasMessageContaining("--accept-lost-writes");

        restore("file", "one", false);

        try (Store store = Store.open(dir.resolve("one"))) {
            assertThat(store.reader().jobs().find("web")).isPresent();
            assertThat(store.reader().jobs().find("lost")).isEmpty();
        }
    }

    @Test
    void a_snapshot_that_lacks_acknowledged_writes_is_not_the_same_cluster() throws Exception {
        try (Store store = Store.open(dir.resolve("one"))) {
            submit(store, "web");
            try (StoreSnapshot snapshot = store.snapshot()) {
                save(snapshot, "file");
            }
            submit(store, "lost");
        }
        Files.delete(DatabaseCheck.file(dir.resolve("one")));

        assertThatThrownBy(() -> restore("file", "one", true))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("ends at index 1")
                .hasMessageContaining("without --keep-cluster-id");

        assertThat(DatabaseCheck.file(dir.resolve("one"))).doesNotExist();
        restore("file", "one", false);
    }

    @Test
    void a_paused_server_of_the_database_before_can_not_have_the_epoch_of_a_restored_one() throws Exception {
        try (Store store = TestDatabase.POSTGRESQL.open(dir.resolve("one"));
                StoreSnapshot snapshot = store.snapshot()) {
            save(snapshot, "file");
        }
        long before = epoch("one");
        StoreOptions target = TestDatabase.POSTGRESQL.options(dir.resolve("two"));

        SnapshotRestore.run(dir.resolve("file"), dir.resolve("two"), target.postgres(), true);

        assertThat(epoch("two")).as("no server has had it").isZero();
        Store.open(target).close();
        assertThat(epoch("two")).isNotZero().isNotEqualTo(before).isNotEqualTo(before + 1);
    }

    private long epoch(String directory) {
        try (CloseableDSLContext rows = TestDatabase.POSTGRESQL.connect(dir.resolve(directory))) {
            return rows.fetchValue(CLUSTER_INDEX.LEASE_EPOCH);
        }
    }

    private void assertRefused(Path file, String reason) throws IOException {
        Path target = dir.resolve("refused");

        assertThatThrownBy(() -> SnapshotRestore.run(file, target, Optional.empty(), false))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining(reason);

        try (Stream<Path> files = Files.list(target)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).containsOnly("gantry-upgrade.lock");
        }
    }

    private SnapshotRestore.Restored restore(String file, String directory, boolean keepsClusterId) throws Exception {
        return SnapshotRestore.run(dir.resolve(file), dir.resolve(directory), Optional.empty(), keepsClusterId);
    }

    private void save(Database database, String file) throws IOException {
        try (StoreSnapshot snapshot = StoreSnapshot.open(database)) {
            save(snapshot, file);
        }
    }

    private void save(StoreSnapshot snapshot, String file) throws IOException {
        try (OutputStream out = Files.newOutputStream(dir.resolve(file))) {
            SnapshotWriter writer = new SnapshotWriter(out, snapshot.header());
            for (Optional<SnapshotRows> rows = snapshot.next(); rows.isPresent(); rows = snapshot.next()) {
                writer.write(rows.get());
            }
            writer.end();
        }
    }

    private Path write(SnapshotHeader header, SnapshotRows... rows) throws IOException {
        Path file = dir.resolve("written");
        try (OutputStream out = Files.newOutputStream(file)) {
            SnapshotWriter writer = new SnapshotWriter(out, header);
            for (SnapshotRows some : rows) {
                writer.write(some);
            }
            writer.end();
        }
        return file;
    }

    private static SnapshotRows index(long index, String clusterId) {
        return SnapshotRows.newBuilder()
                .setTable("cluster_index")
                .addAllColumns(List.of("id", "last_index", "cluster_id"))
                .addRows(SnapshotRow.newBuilder()
                        .addValues(number(1))
                        .addValues(number(index))
                        .addValues(text(clusterId)))
                .build();
    }

    private static SnapshotValue number(long value) {
        return SnapshotValue.newBuilder().setNumber(value).build();
    }

    private static SnapshotValue text(String value) {
        return SnapshotValue.newBuilder().setText(value).build();
    }

    private static void submit(Store store, String id) {
        store.write(transaction -> {
                    transaction.putJob(JobRecord.newBuilder()
                            .setJob(Job.newBuilder().setId(id))
                            .setVersion(1)
                            .build());
                    return null;
                })
                .join();
    }

    /** Inserts a row into each table, and so many of some that they are read in several pieces. */
    private static void fill(DSLContext dsl) {
        dsl.update(CLUSTER_INDEX)
                .set(CLUSTER_INDEX.LAST_INDEX, 41L)
                .set(CLUSTER_INDEX.CLUSTER_ID, CLUSTER)
                .execute();
        for (Table<?> table : SnapshotTables.all()) {
            if (!table.equals(CLUSTER_INDEX)) {
                dsl.insertInto(table, table.fields())
                        .values(Arrays.stream(table.fields())
                                .map(SnapshotTest::any)
                                .toArray())
                        .execute();
            }
        }
        for (int i = 0; i < 2500; i++) {
            dsl.insertInto(ALLOCATED_PORT, ALLOCATED_PORT.fields())
                    .values("node-" + i % 3, "10.0.0." + i % 7, i, "a", "task", "http")
                    .execute();
        }
    }

    private static Object any(Field<?> field) {
        if (field.getType() == String.class) {
            return "grüße \"1\"";
        }
        if (field.getType() == byte[].class) {
            byte[] bytes = new byte[256];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) i;
            }
            return bytes;
        }
        return field.getDataType().nullable() ? null : field.getDataType().convert(1);
    }

    private static Map<String, List<List<Object>>> rows(DSLContext dsl) {
        Map<String, List<List<Object>>> all = new LinkedHashMap<>();
        for (Table<?> table : SnapshotTables.all()) {
            all.put(
                    table.getName(),
                    dsl.select(Arrays.stream(table.fields())
                                    // A restored database has no lease.
                                    .filter(field -> !field.getName().startsWith("lease_"))
                                    .toList())
                            .from(table)
                            .orderBy(table.getPrimaryKey().getFields())
                            .fetch(SnapshotTest::values));
        }
        return all;
    }

    private static List<Object> values(Record row) {
        return Arrays.stream(row.intoArray())
                .map(value -> value instanceof byte[] bytes ? ByteString.copyFrom(bytes) : value)
                .map(value -> value == null ? "NULL" : value)
                .toList();
    }
}
