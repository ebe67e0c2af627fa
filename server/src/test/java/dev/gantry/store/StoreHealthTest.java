package dev.gantry.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gantry.store.StoreHealth.Broken;
import dev.gantry.store.StoreHealth.Recovery;
import dev.gantry.store.StoreHealth.State;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests a store in which something else is thrown than the refusal of one write. */
@Timeout(60)
@ParameterizedClass
@EnumSource(TestDatabase.class)
class StoreHealthTest {

    @Parameter
    private TestDatabase database;

    @TempDir
    Path dir;

    private final List<State> states = new CopyOnWriteArrayList<>();
    private Store store;

    @BeforeEach
    void open() {
        store = database.open(dir);
        store.health().listen(states::add);
        write("first").join();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                OutOfMemoryError.class,
                NoClassDefFoundError.class,
                StackOverflowError.class,
                AssertionError.class
            })
    void an_error_in_a_write_fails_all_waiting_writes_and_requires_a_restart(Class<? extends Error> kind)
            throws Exception {
        Error error = kind.getConstructor().newInstance();
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<?> holding = hold(held);
        CompletableFuture<?> before = write("before");
        CompletableFuture<?> failing = store.write(tx -> {
            throw error;
        });
        List<CompletableFuture<JobRecord>> waiting =
                IntStream.range(0, 2000).mapToObj(i -> write("waiting-" + i)).toList();
        held.countDown();

        holding.get(10, SECONDS);
        assertUnavailable(before);
        assertUnavailable(failing);
        waiting.forEach(StoreHealthTest::assertUnavailable);
        assertUnavailable(write("later"));
        assertThat(states)
                .hasSize(2)
                .last()
                .isInstanceOfSatisfying(
                        Broken.class, broken -> assertThat(broken.recovery()).isEqualTo(Recovery.RESTART));
        assertThat(store.reader().jobs().find("first")).isPresent();
        assertThat(store.reader().jobs().find("before")).isEmpty();
    }

    @Test
    void an_error_wrapped_by_the_database_counts_as_an_error() {
        assertUnavailable(store.write(tx -> {
            throw new StoreException("refused", new OutOfMemoryError("Java heap space"));
        }));

        assertThat(store.health().is(Recovery.RESTART)).isTrue();
    }

    @Test
    void an_error_of_a_listener_requires_a_restart_and_the_caller_is_answered() throws Exception {
        store.listen(changes -> {
            throw new NoClassDefFoundError("a class is gone");
        });

        assertThat(write("second").get(10, SECONDS).getModifyIndex()).isEqualTo(2);

        assertThat(store.health().is(Recovery.RESTART)).isTrue();
        assertUnavailable(write("third"));
    }

    @Test
    void an_error_in_a_callback_of_a_failed_write_does_not_delay_other_answers() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<?> holding = hold(held);
        var unused = write("one").whenComplete((job, failure) -> {
            throw new AssertionError("in the callback");
        });
        CompletableFuture<?> failing = store.write(tx -> {
            throw new AssertionError("in the write");
        });
        CompletableFuture<?> neighbour = write("two");
        held.countDown();

        holding.get(10, SECONDS);
        assertUnavailable(failing);
        assertUnavailable(neighbour);
    }

    /** Java stores an exception of a callback in the chained future, which is never read. */
    @ParameterizedTest
    @MethodSource("chains")
    void an_error_in_a_callback_of_a_write_requires_a_restart(UnaryOperator<CompletableFuture<?>> chain) {
        CompletableFuture<?> chained = chain.apply(write("second"));

        assertThatThrownBy(() -> chained.get(10, SECONDS)).hasRootCauseInstanceOf(NoClassDefFoundError.class);
        await().atMost(Duration.ofSeconds(10)).until(() -> store.health().is(Recovery.RESTART));
        assertUnavailable(write("third"));
    }

    @ParameterizedTest
    @MethodSource("chains")
    void an_error_in_a_callback_added_after_the_answer_is_not_lost(UnaryOperator<CompletableFuture<?>> chain) {
        CompletableFuture<JobRecord> written = write("second");
        written.join();

        CompletableFuture<?> chained = chain.apply(written);

        assertThatThrownBy(() -> chained.get(10, SECONDS)).hasRootCauseInstanceOf(NoClassDefFoundError.class);
        await().atMost(Duration.ofSeconds(10)).until(() -> store.health().is(Recovery.RESTART));
    }

    static List<Named<UnaryOperator<CompletableFuture<?>>>> chains() {
        return List.of(
                Named.of("thenApply", write -> write.thenApply(StoreHealthTest::fail)),
                Named.of("thenAcceptAsync", write -> write.thenAcceptAsync(StoreHealthTest::fail, Runnable::run)),
                Named.of(
                        "the second of two",
                        write -> write.thenApply(job -> job).whenComplete((job, failure) -> fail(job))),
                Named.of(
                        "exceptionally",
                        write -> write.thenApply(job -> {
                                    throw new IllegalStateException("no");
                                })
                                .exceptionally(StoreHealthTest::fail)),
                Named.of(
                        "one before the last, which makes good of it",
                        write -> write.thenApply(StoreHealthTest::fail).handle((job, failure) -> {
                            throw new CompletionException(failure.getCause());
                        })));
    }

    private static Object fail(Object unused) {
        throw new NoClassDefFoundError("a class is gone");
    }

    @Test
    void an_exception_in_a_callback_of_a_write_breaks_nothing() {
        CompletableFuture<?> chained = write("second").thenApply(job -> {
            throw new IllegalStateException("no");
        });

        assertThatThrownBy(() -> chained.get(10, SECONDS)).hasCauseInstanceOf(IllegalStateException.class);
        write("third").join();
        assertThat(states).hasSize(1);
    }

    @Test
    void a_write_that_the_database_refuses_breaks_nothing() {
        assertThatThrownBy(() -> store.write(tx -> {
                            throw new IllegalStateException("no");
                        })
                        .get(10, SECONDS))
                .hasCauseInstanceOf(IllegalStateException.class);
        write("second").join();

        assertThat(states).hasSize(1);
    }

    @Test
    void a_database_that_another_process_has_written_to_is_not_used_any_more() {
        database.execute(dir, "update cluster_index set last_index = 7");

        assertUnavailable(write("second"));

        assertThat(store.health().is(Recovery.RESTART)).isTrue();
        assertThat(store.reader().jobs().find("second")).isEmpty();
    }

    @Test
    void a_server_that_has_lost_the_lease_writes_nothing_more() {
        database.execute(
                dir, "update cluster_index set lease_epoch = lease_epoch + 1, lease_holder = 'the other server'");

        assertUnavailable(write("second"));

        assertThat(store.health().is(Recovery.OTHER_LEADER)).isTrue();
        assertThat(store.health().failure().orElseThrow())
                .hasMessageContaining("another gantry server, the other server, has taken over the database (epoch ");
        assertThat(store.reader().jobs().find("second")).isEmpty();
    }

    @Test
    void a_server_that_has_lost_the_lease_makes_no_change_that_needs_no_index() {
        Submission answer = new Submission(Submission.Kind.STOP, "first", 0, "", 1, Instant.EPOCH);
        store.write(tx -> {
                    tx.putSubmission("request", answer);
                    return null;
                })
                .join();
        database.execute(dir, "update cluster_index set lease_epoch = lease_epoch + 1");

        assertUnavailable(store.write(tx -> tx.beginDeletion().submissions(Instant.ofEpochSecond(9))));

        assertThat(store.reader().submission("request")).isPresent();
    }

    /** Blocks the writer, so that the writes that are queued meanwhile become the next group. */
    private CompletableFuture<?> hold(CountDownLatch held) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<?> holding = store.write(tx -> {
            begun.countDown();
            try {
                assertThat(held.await(30, SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return null;
        });
        assertThat(begun.await(10, SECONDS)).isTrue();
        return holding;
    }

    private CompletableFuture<JobRecord> write(String id) {
        return store.write(tx -> tx.putJobVersion(job(id)));
    }

    private static void assertUnavailable(CompletableFuture<?> write) {
        assertThatThrownBy(() -> write.get(10, SECONDS)).hasCauseInstanceOf(StoreUnavailableException.class);
    }

    private static JobRecord job(String id) {
        return JobRecord.newBuilder().setJob(Job.newBuilder().setId(id)).build();
    }
}
