package dev.gantry.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests what only PostgreSQL does: it may be lost during a commit, be used by several servers, and be set up wrongly. */
@Timeout(120)
class PostgresDatabaseTest {

    private static final TestDatabase DATABASE = TestDatabase.POSTGRESQL;

    @TempDir
    Path dir;

    private final List<Store> stores = new CopyOnWriteArrayList<>();
    private CutConnections network;

    @BeforeEach
    void connect() throws IOException {
        network = new CutConnections(TestPostgres.get().port());
    }

    @AfterEach
    void close() throws IOException {
        network.up();
        stores.forEach(Store::close);
        network.close();
    }

    @Test
    void a_commit_that_took_place_is_acknowledged_although_its_answer_was_lost() throws Exception {
        Store store = open(throughNetwork());
        write(store, "first").get(30, SECONDS);
        List<Long> told = new CopyOnWriteArrayList<>();
        store.listen(changes -> told.add(changes.index()));

        network.cut(CutConnections.Cut.AFTER_COMMIT);
        CompletableFuture<JobRecord> written = write(store, "second");

        assertThat(written.get(60, SECONDS).getModifyIndex()).isEqualTo(2);
        assertThat(told).containsExactly(2L);
        awaitServing(store);
        assertThat(write(store, "third").get(30, SECONDS).getModifyIndex()).isEqualTo(3);
        assertThat(jobs(store)).containsExactly("first", "second", "third");
    }

    @Test
    void a_commit_that_never_arrived_fails_and_its_index_is_used_again() throws Exception {
        Store store = open(throughNetwork());
        write(store, "first").get(30, SECONDS);

        network.cut(CutConnections.Cut.BEFORE_COMMIT);
        CompletableFuture<JobRecord> lost = write(store, "lost");

        assertThatThrownBy(() -> lost.get(60, SECONDS))
                .hasCauseInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("Nothing was written");
        awaitServing(store);
        assertThat(write(store, "second").get(30, SECONDS).getModifyIndex()).isEqualTo(2);
        assertThat(jobs(store)).containsExactly("first", "second");
    }

    @Test
    void a_database_that_is_away_fails_reads_and_writes_and_serves_when_it_is_back() throws Exception {
        Store store = open(throughNetwork());
        write(store, "first").get(30, SECONDS);

        network.down();

        assertUnavailable(write(store, "second"));
        assertThatThrownBy(() -> store.reader().jobs().find("first")).isInstanceOf(StoreUnavailableException.class);
        assertThat(store.health().failure().orElseThrow())
                .hasMessageContaining("the server connects again by itself")
                .hasMessageContaining("can't be used now");

        network.up();
        awaitServing(store);
        assertThat(store.reader().jobs().find("first")).isPresent();
        write(store, "third").get(30, SECONDS);
    }

    @Test
    void a_server_whose_connections_the_database_ends_serves_again() throws Exception {
        Store store = open(DATABASE.options(dir));
        write(store, "first").get(30, SECONDS);

        DATABASE.execute(
                dir,
                "select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where datname = current_database() and application_name = 'gantry-server'");

        await().atMost(Duration.ofSeconds(60)).until(() -> canWrite(store));
        assertThat(store.reader().jobs().find("first")).isPresent();
    }

    @Test
    void a_second_server_is_refused_while_the_first_one_writes_and_told_who_that_is() {
        Store first = open(DATABASE.options(dir));

        assertThatThrownBy(() -> open(other("second", "the second server")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("Another gantry server, the server of " + dir + ", writes to the database");

        write(first, "web").join();
    }

    @Test
    void a_server_that_stops_leaves_the_lease_to_the_next_one() {
        open(DATABASE.options(dir)).close();

        Store second = open(other("second", "the second server"));

        write(second, "web").join();
    }

    @Test
    void a_server_takes_the_lease_of_one_that_was_killed_when_the_lease_has_ended() {
        DATABASE.execute(
                dir,
                "update cluster_index set lease_epoch = 7, lease_holder = 'killed',"
                        + " lease_end = cast(extract(epoch from current_timestamp) * 1000 as bigint) + 1000");

        assertThatThrownBy(() -> open(DATABASE.options(dir)))
                .isInstanceOf(LeaseHeldException.class)
                .hasMessageContaining("killed");

        Store next = await().atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(LeaseHeldException.class)
                .until(() -> open(DATABASE.options(dir)), Objects::nonNull);
        assertThat(write(next, "web").join().getModifyIndex()).isEqualTo(1);
    }

    @Test
    void a_lease_whose_end_is_hours_away_is_taken_since_the_clock_of_the_database_was_set_back() {
        DATABASE.execute(
                dir,
                "update cluster_index set lease_epoch = 7, lease_holder = 'killed',"
                        + " lease_end = cast(extract(epoch from current_timestamp) * 1000 as bigint) + 3600000");

        assertThat(write(open(DATABASE.options(dir)), "web").join().getModifyIndex())
                .isEqualTo(1);
    }

    @Test
    void the_row_of_the_lease_that_a_paused_server_has_locked_is_not_waited_for() throws Exception {
        try (Connection paused = connection()) {
            paused.createStatement().execute("select * from cluster_index for update");

            assertThatThrownBy(() -> open(DATABASE.options(dir))).isInstanceOf(LeaseHeldException.class);

            paused.rollback();
        }
        write(open(DATABASE.options(dir)), "web").join();
    }

    @Test
    void rows_that_the_server_before_has_left_locked_in_a_transaction_are_free_for_the_next_one() throws Exception {
        Store first = open(DATABASE.options(dir));
        write(first, "web").join();
        first.close();
        try (Connection paused = connection()) {
            // As a server that is paused while it sends a batch: no limit of PostgreSQL ends that.
            paused.createStatement().execute("set idle_in_transaction_session_timeout = 0");
            assertThat(paused.createStatement().executeUpdate("update job set stopped = true"))
                    .isEqualTo(1);

            Store second = open(other("second", "the second server"));

            second.write(transaction -> {
                        transaction.putJob(transaction.job("web").orElseThrow().toBuilder()
                                .setStopped(true)
                                .build());
                        return true;
                    })
                    .get(60, SECONDS);
            assertThat(second.reader().jobs().find("web").orElseThrow().getStopped())
                    .isTrue();
            assertThatThrownBy(paused::commit).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void a_transaction_that_another_one_is_in_the_way_of_is_run_again() throws Exception {
        Store store = open(DATABASE.options(dir));
        refuseJobs("40001", "nextval('tries') < 3");

        assertThat(write(store, "web").get(30, SECONDS).getModifyIndex()).isEqualTo(1);
        assertThat(jobs(store)).containsExactly("web");
    }

    @Test
    void a_transaction_is_not_run_again_for_ever() throws Exception {
        Store store = open(DATABASE.options(dir));
        refuseJobs("40P01", "nextval('tries') > 0");

        assertThatThrownBy(() -> write(store, "web").get(30, SECONDS)).hasCauseInstanceOf(StoreException.class);
        assertThat(store.health().isServing()).isTrue();
    }

    @Test
    void a_full_disk_of_the_database_fails_writes_as_unavailable_and_the_store_serves_once_there_is_space()
            throws Exception {
        Store store = open(DATABASE.options(dir));
        refuseJobs("53100", "nextval('tries') < 2");

        assertUnavailable(write(store, "first"));

        awaitServing(store);
        assertThat(write(store, "second").get(30, SECONDS).getModifyIndex()).isEqualTo(1);
    }

    @Test
    void a_database_that_lacks_acknowledged_writes_is_refused_until_the_loss_is_accepted() {
        Store store = open(DATABASE.options(dir));
        String cluster = store.clusterId();
        write(store, "web").join();
        store.close();
        DATABASE.execute(dir, "update cluster_index set last_index = 0");

        assertThatThrownBy(() -> open(DATABASE.options(dir)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("ends at index 0")
                .hasMessageContaining("--accept-lost-writes");
        StoreOptions usual = DATABASE.options(dir);
        assertThat(open(new StoreOptions(dir, usual.postgres(), true, Member.unreachable("this")))
                        .clusterId())
                .isNotEqualTo(cluster);
    }

    @Test
    void a_commit_waits_for_the_disk_although_the_role_does_not_ask_for_it() {
        StoreOptions options = DATABASE.options(dir);
        DATABASE.execute(
                dir,
                "do $$ begin execute 'alter database ' || current_database() || ' set synchronous_commit = off'; end $$");

        try (OpenedDatabase opened = PostgresDatabase.open(options.postgres().orElseThrow(), options)) {
            assertThat(opened.database()
                            .dsl()
                            .fetchSingle("show synchronous_commit")
                            .get(0))
                    .isEqualTo("on");
        }
    }

    @Test
    void a_replica_is_refused() {
        StoreOptions options = DATABASE.options(dir);
        DATABASE.execute(
                dir,
                "do $$ begin execute 'alter database ' || current_database()"
                        + " || ' set default_transaction_read_only = on'; end $$");

        assertThatThrownBy(() -> open(options))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("its transaction_read_only is on")
                .hasMessageContaining("name the primary");
    }

    @Test
    void every_text_of_every_table_is_ordered_by_its_bytes() {
        PostgresAddress address = TestPostgres.get().emptyDatabase("order_of_a_language", "UTF8");

        PostgresDatabase.open(address, new StoreOptions(dir, Optional.of(address), false, Member.unreachable("this")))
                .close();

        try (var connection = org.jooq.impl.DSL.using(address.url(), address.properties())) {
            assertThat(connection.fetch("""
                                    select table_name || '.' || column_name from information_schema.columns
                                    where table_schema = 'public' and table_name <> 'flyway_schema_history'
                                      and data_type in ('character varying', 'text')
                                      and collation_name is distinct from 'C'
                                    """).getValues(0)).isEmpty();
        }
    }

    @Test
    void a_database_that_cannot_have_all_texts_is_refused() {
        PostgresAddress address = TestPostgres.get().emptyDatabase("other_encoding", "SQL_ASCII");

        assertThatThrownBy(() -> open(new StoreOptions(dir, Optional.of(address), false, Member.unreachable("this"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("its server_encoding is SQL_ASCII")
                .hasMessageContaining("ENCODING 'UTF8'");
    }

    @Test
    void a_role_that_may_not_read_the_tables_is_told_so() {
        PostgresAddress usual = DATABASE.options(dir).postgres().orElseThrow();
        DATABASE.execute(
                dir,
                "do $$ begin if not exists (select from pg_roles where rolname = 'stranger') then"
                        + " create role stranger login password 'any'; end if; end $$");
        PostgresAddress stranger = new PostgresAddress(usual.url(), Optional.of("stranger"), Optional.of("any"));

        assertThatThrownBy(() -> open(new StoreOptions(dir, Optional.of(stranger), false, Member.unreachable("this"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("Can't ")
                .hasMessageContaining("permission denied");
    }

    @Test
    void a_wrong_password_is_refused_and_not_told() {
        PostgresAddress usual = DATABASE.options(dir).postgres().orElseThrow();
        PostgresAddress wrong = new PostgresAddress(usual.url(), usual.user(), Optional.of("wrong-words"));

        assertThatThrownBy(() -> open(new StoreOptions(dir, Optional.of(wrong), false, Member.unreachable("this"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("wrong-words");
    }

    @Test
    void a_transaction_whose_connection_is_lost_before_the_commit_writes_nothing() throws Exception {
        Store store = open(DATABASE.options(dir));

        CompletableFuture<JobRecord> paused = store.write(tx -> {
            tx.reader().jobs().find("web");
            DATABASE.execute(
                    dir,
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                            + " where datname = current_database() and state = 'idle in transaction'");
            return tx.putJobVersion(job("web"));
        });

        assertUnavailable(paused);
        awaitServing(store);
        assertThat(jobs(store)).isEmpty();
    }

    @Test
    void a_database_that_nobody_can_reach_is_named_without_its_password() {
        PostgresAddress nowhere = new PostgresAddress(
                "jdbc:postgresql://127.0.0.1:1/gantry", Optional.of("gantry"), Optional.of("secret-words"));

        assertThatThrownBy(() -> open(new StoreOptions(dir, Optional.of(nowhere), false, Member.unreachable("this"))))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("//127.0.0.1:1/gantry")
                .satisfies(failure -> assertThat(failure.toString()).doesNotContain("secret-words"));
        assertThat(nowhere.toString()).doesNotContain("secret-words");
    }

    /** Lets PostgreSQL refuse new rows of jobs as long as a condition is true, of which each evaluation counts. */
    private void refuseJobs(String state, String condition) {
        DATABASE.execute(dir, "create sequence tries");
        DATABASE.execute(dir, """
                create function refuse() returns trigger language plpgsql as $$ begin
                  if %s then raise exception 'refused by the test' using errcode = '%s'; end if;
                  return new;
                end $$
                """.formatted(condition, state));
        DATABASE.execute(dir, "create trigger refuse before insert on job for each row execute function refuse()");
    }

    /** Returns a connection as a server has it, in a transaction. */
    private Connection connection() throws SQLException {
        Connection connection = PostgresDatabase.connectForMember(
                DATABASE.options(dir).postgres().orElseThrow());
        connection.setAutoCommit(false);
        return connection;
    }

    private StoreOptions throughNetwork() {
        StoreOptions usual = DATABASE.options(dir);
        return new StoreOptions(dir, usual.postgres().map(network::through), false, Member.unreachable("this"));
    }

    private StoreOptions other(String directory, String server) {
        return new StoreOptions(
                dir.resolve(directory), DATABASE.options(dir).postgres(), false, Member.unreachable(server));
    }

    private Store open(StoreOptions options) {
        Store store = Store.open(options);
        stores.add(store);
        return store;
    }

    private static void awaitServing(Store store) {
        await().atMost(Duration.ofSeconds(60)).until(() -> store.health().isServing());
    }

    private static boolean canWrite(Store store) {
        try {
            write(store, "probe").get(30, SECONDS);
            return true;
        } catch (Exception e) {
            return false;
        }
    }

    private static List<String> jobs(Store store) {
        return store.reader().jobs().page("", "", 10).stream()
                .map(job -> job.getJob().getId())
                .toList();
    }

    private static CompletableFuture<JobRecord> write(Store store, String id) {
        return store.write(tx -> tx.putJobVersion(job(id)));
    }

    private static JobRecord job(String id) {
        return JobRecord.newBuilder().setJob(Job.newBuilder().setId(id)).build();
    }

    private static void assertUnavailable(CompletableFuture<?> write) {
        assertThatThrownBy(() -> write.get(60, SECONDS)).hasCauseInstanceOf(StoreUnavailableException.class);
    }
}
