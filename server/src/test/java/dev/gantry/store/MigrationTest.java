package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens a database of the schema in which keys were texts. */
class MigrationTest {

    private static final List<String> IDS = List.of(
            "00000001-0a2b-8c3d-8e4f-000000000001",
            "7fffffff-ffff-8fff-bfff-ffffffffffff",
            "80000000-0000-8000-8000-000000000000",
            "fedcba98-7654-4321-9abc-def012345678");

    @TempDir
    Path dir;

    @Test
    void an_upgrade_that_fails_in_the_middle_leaves_the_database_as_it_was() throws Exception {
        String url = "jdbc:h2:file:" + dir.resolve("gantry");
        try (Connection connection = DriverManager.getConnection(url)) {
            // In the way of a step after others that can't be undone: a table is dropped by then.
            connection.createStatement().execute("CREATE TABLE keyed_allocation (id INT)");
        }

        assertThatThrownBy(() -> Store.open(dir))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("Can't bring the database " + dir.resolve("gantry.mv.db"))
                .hasMessageContaining("It is as it was");

        try (Connection connection = DriverManager.getConnection(url)) {
            connection.createStatement().execute("DROP TABLE keyed_allocation");
        }
        try (Store store = Store.open(dir)) {
            assertThat(store.reader().allocations().find(IDS.get(3))).isPresent();
        }
        assertThat(dir).isDirectoryNotContaining("glob:**gantry-upgrade.mv.db");
    }

    @BeforeEach
    void fill() throws SQLException {
        String url = "jdbc:h2:file:" + dir.resolve("gantry");
        Flyway.configure().dataSource(url, "", "").target("3").load().migrate();
        try (Connection connection = DriverManager.getConnection(url)) {
            byte[] spec = Job.newBuilder().setId("web").build().toByteArray();
            insert(
                    connection,
                    "job (id, version, stopped, spec, create_index, modify_index, submit_time, stable)",
                    "web",
                    1L,
                    false,
                    spec,
                    1L,
                    9L,
                    0L,
                    true);
            insert(
                    connection,
                    "job_version (job_id, version, spec, modify_index, submit_time, stable)",
                    "web",
                    0L,
                    spec,
                    1L,
                    0L,
                    false);
            insert(
                    connection,
                    "job_version (job_id, version, spec, modify_index, submit_time, stable)",
                    "web",
                    1L,
                    spec,
                    9L,
                    0L,
                    true);
            Node node = Node.newBuilder()
                    .setId("n1")
                    .setName("one")
                    .setStatus(NodeStatus.NODE_STATUS_READY)
                    .build();
            insert(
                    connection,
                    "node (id, name, secret_hash, status, modify_index, message, open)",
                    "n1",
                    "one",
                    new byte[1],
                    (short) node.getStatusValue(),
                    2L,
                    node.toByteArray(),
                    true);
            insert(
                    connection,
                    "submission (request_id, job_id, version, evaluation_id, modify_index, submit_time)",
                    "later",
                    "web",
                    1L,
                    IDS.get(1),
                    9L,
                    2000L);
            insert(
                    connection,
                    "submission (request_id, job_id, version, evaluation_id, modify_index, submit_time)",
                    "earlier",
                    "web",
                    0L,
                    IDS.get(0),
                    1L,
                    1000L);
            for (String id : IDS) {
                insert(
                        connection,
                        "evaluation (id, job_id, status, create_index, modify_index, message)",
                        id,
                        "web",
                        (short) 2,
                        1L,
                        1L,
                        evaluation(id).toByteArray());
                insert(
                        connection,
                        "allocation (id, job_id, job_version, node_id, client_status, create_index, modify_index, message)",
                        id,
                        "web",
                        1L,
                        "n1",
                        (short) 2,
                        1L,
                        1L,
                        allocation(id).toByteArray());
            }
            insert(
                    connection,
                    "allocated_port (node_id, ip, port, allocation_id, task, label)",
                    "n1",
                    "10.0.0.1",
                    20000,
                    IDS.get(0),
                    "task",
                    "http");
            try (PreparedStatement statement = connection.prepareStatement("UPDATE cluster_index SET last_index = 9")) {
                statement.executeUpdate();
            }
        }
    }

    @Test
    void stored_objects_are_found_by_id_and_by_prefix() {
        try (Store store = Store.open(dir)) {
            for (String id : IDS) {
                assertThat(store.reader().allocations().find(id)).contains(allocation(id));
                assertThat(store.reader().evaluations().find(id)).contains(evaluation(id));
                assertThat(store.reader().allocations().findLike(id.substring(0, 6)))
                        .containsExactly(allocation(id));
                assertThat(store.reader().evaluations().findLike(id)).containsExactly(evaluation(id));
            }
            assertThat(store.reader().allocations().liveOnNode("n1")).hasSize(IDS.size());
            assertThat(TestDatabase.H2.takenPorts(dir, "n1")).hasSize(1);
            assertThat(store.write(tx -> tx.isOpen("n1")).join()).isTrue();
        }
    }

    @Test
    void versions_of_a_job_and_answers_to_its_submissions_are_kept() {
        try (Store store = Store.open(dir)) {
            assertThat(store.reader().jobs().versions("web", Long.MAX_VALUE, 10))
                    .extracting(JobRecord::getVersion)
                    .containsExactly(1L, 0L);
            assertThat(store.reader().submission("earlier").orElseThrow().evaluationId())
                    .isEqualTo(IDS.get(0));
            Instant between = Instant.ofEpochMilli(1500);
            assertThat(store.write(tx -> tx.beginDeletion().submissions(between))
                            .join())
                    .isEqualTo(1);
            assertThat(store.reader().submission("earlier")).isEqualTo(Optional.empty());
            assertThat(store.reader().submission("later")).isPresent();
        }
    }

    @Test
    void an_answer_that_was_stored_ahead_of_the_index_does_not_stand_in_the_way_of_the_next() throws SQLException {
        String url = "jdbc:h2:file:" + dir.resolve("gantry");
        Flyway.configure().dataSource(url, "", "").target("8").load().migrate();
        try (Connection connection = DriverManager.getConnection(url)) {
            insert(
                    connection,
                    "submission (request_id, write_index, kind, job_id, version, evaluation_id, modify_index, submit_time)",
                    "stop-again",
                    10L,
                    (short) 1,
                    "web",
                    1L,
                    "",
                    9L,
                    0L);
        }

        try (Store store = Store.open(dir)) {
            Submission next = new Submission(Submission.Kind.SUBMIT, "web", 1, IDS.get(0), 9, Instant.EPOCH);
            assertThat(store.write(tx -> {
                                tx.putSubmission("next", next);
                                return tx.index();
                            })
                            .join())
                    .isEqualTo(11);
        }
    }

    private static void insert(Connection connection, String columns, Object... values) throws SQLException {
        String parameters = "?" + ", ?".repeat(values.length - 1);
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO " + columns + " VALUES (" + parameters + ")")) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    private static Evaluation evaluation(String id) {
        return Evaluation.newBuilder().setId(id).setJobId("web").build();
    }

    private static Allocation allocation(String id) {
        return Allocation.newBuilder()
                .setId(id)
                .setJobId("web")
                .setJobVersion(1)
                .setNodeId("n1")
                .build();
    }
}
