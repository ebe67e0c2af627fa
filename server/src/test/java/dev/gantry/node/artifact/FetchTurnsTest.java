package dev.gantry.node.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.gantry.concurrent.OwnThread;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests who of several tasks may fetch an artifact. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FetchTurnsTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private static final Duration BRIEF = Duration.ofSeconds(60);

    private final AtomicLong nanos = new AtomicLong();
    private final FetchTurns turns = new FetchTurns(4, 6, BRIEF, nanos::get);

    @Test
    void a_job_gets_a_turn_only_while_it_has_fewer_than_are_free() throws Exception {
        take("greedy", "");
        take("greedy", "");
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        CompletableFuture<FetchTurns.Turn> third =
                OwnThread.supply(() -> turns.take(wish("greedy", "", ""), Duration.ZERO, told::add));
        assertThat(told.take())
                .isEqualTo("Waiting to fetch artifacts: the node fetches 4 at a time, of which this job has 2");

        FetchTurns.Turn second = take("second", "");
        take("third", "").close();

        second.close();
        assertThat(third).isNotDone();
    }

    @Test
    void the_next_turn_goes_to_the_job_with_the_fewest_and_within_it_to_who_waits_longest() throws Exception {
        FetchTurns.Turn first = take("a", "");
        take("a", "");
        take("b", "");
        take("c", "");
        CompletableFuture<FetchTurns.Turn> ofA = waits("a", "", 1);
        CompletableFuture<FetchTurns.Turn> ofD = waits("d", "", 2);
        CompletableFuture<FetchTurns.Turn> alsoOfD = waits("d", "", 3);

        first.close();

        FetchTurns.Turn granted = ofD.get(30, TimeUnit.SECONDS);
        assertThat(List.of(ofA, alsoOfD)).noneMatch(CompletableFuture::isDone);
        granted.close();
        assertThat(alsoOfD.get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(ofA).isNotDone();
    }

    @Test
    void who_waits_for_a_file_that_another_task_fetches_takes_no_turn() throws Exception {
        FetchTurns.Turn first = take("a", "file");
        CompletableFuture<FetchTurns.Turn> sameFile = waits("b", "file", 1);
        List<CompletableFuture<FetchTurns.Turn>> others = List.of(waits("c", "file", 2), waits("d", "file", 3));

        take("e", "");
        take("f", "other file");
        take("g", "");

        first.close();
        assertThat(sameFile.get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(others).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void a_thread_that_is_interrupted_while_it_waits_leaves_no_turn_behind() throws Exception {
        FetchTurns one = new FetchTurns(1, 0, BRIEF, nanos::get);
        FetchTurns.Turn held = one.take(wish("a", "", ""), LONG, ArtifactsFixture::nobody);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread waits = new Thread(() ->
                end.complete(catchThrowable(() -> one.take(wish("b", "", ""), Duration.ZERO, told::add))));
        waits.start();
        assertThat(told.take()).isEqualTo("Waiting to fetch artifacts: the node fetches 1 at a time");

        waits.interrupt();

        assertThat(end.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        held.close();
        one.take(wish("c", "", ""), LONG, ArtifactsFixture::nobody).close();
    }

    @Test
    void turns_that_last_make_room_for_others_so_many_at_a_time() throws Exception {
        for (int round = 0; round < 2; round++) {
            for (String job : List.of("slow", "slow", "slower", "slowest")) {
                take(job, "");
            }
            nanos.addAndGet(BRIEF.toNanos());
        }
        take("a", "");
        take("b", "");

        CompletableFuture<FetchTurns.Turn> tooMany = waits("c", "", 1);
        assertThat(tooMany).as("six last, and four are new").isNotDone();
    }

    @Test
    void who_waits_begins_once_another_turn_lasts() throws Exception {
        FetchTurns soon = new FetchTurns(1, 1, Duration.ofMillis(100), System::nanoTime);
        soon.take(wish("slow", "", ""), LONG, ArtifactsFixture::nobody);

        assertThat(soon.take(wish("other", "", ""), LONG, ArtifactsFixture::nobody))
                .isNotNull();
    }

    @Test
    void neither_a_job_nor_a_server_has_more_turns_than_begin_at_a_time() throws Exception {
        for (int i = 0; i < 4; i++) {
            turns.take(wish("greedy", "mirror", ""), LONG, ArtifactsFixture::nobody);
            nanos.addAndGet(BRIEF.toNanos());
        }
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        var unused = OwnThread.supply(() -> turns.take(wish("greedy", "other", ""), Duration.ZERO, told::add));
        assertThat(told.take())
                .isEqualTo("Waiting to fetch artifacts: the node fetches 4 at a time, of which this job has 4");

        unused = OwnThread.supply(() -> turns.take(wish("modest", "mirror", ""), Duration.ZERO, told::add));
        assertThat(told.take()).isEqualTo("Waiting to fetch artifacts: 4 tasks fetch from mirror");

        assertThat(turns.take(wish("modest", "other", ""), LONG, ArtifactsFixture::nobody))
                .isNotNull();
    }

    @Test
    void a_task_is_told_that_another_one_fetches_its_file() throws Exception {
        take("a", "file");
        BlockingQueue<String> told = new LinkedBlockingQueue<>();

        var unused = OwnThread.supply(() -> turns.take(wish("b", "", "file"), Duration.ZERO, told::add));

        assertThat(told.take()).isEqualTo("Waiting for another task that fetches the same artifact");
    }

    private FetchTurns.Turn take(String job, String file) throws InterruptedException {
        return turns.take(wish(job, "", file), LONG, ArtifactsFixture::nobody);
    }

    private static FetchTurns.Wish wish(String job, String server, String file) {
        return new FetchTurns.Wish(
                job,
                Optional.of(server).filter(name -> !name.isEmpty()),
                Optional.of(file).filter(name -> !name.isEmpty()));
    }

    /** Waits for a turn in a thread of its own, which is known to wait as one of a number. */
    private CompletableFuture<FetchTurns.Turn> waits(String job, String file, int number) {
        CompletableFuture<FetchTurns.Turn> turn = OwnThread.supply(() -> take(job, file));
        await().until(() -> turns.waiting() == number);
        return turn;
    }
}
