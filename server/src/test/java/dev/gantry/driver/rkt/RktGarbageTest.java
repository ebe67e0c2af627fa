package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.concurrent.OwnThread;
import dev.gantry.driver.TaskStartException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests when the node collects unused pods and images of rkt, and how many. */
class RktGarbageTest {

    private static final RktGarbageSettings SETTINGS =
            new RktGarbageSettings(Duration.ofMinutes(10), Duration.ofHours(8), 80);

    /** No pod of anybody is that old. */
    private static final String PODS = "gc|--grace-period=876000h|--expire-prepared=876000h";

    @TempDir
    Path root;

    private StandInRkt rkt;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private int diskPercent = 50;
    private final ReentrantReadWriteLock starts = new ReentrantReadWriteLock();

    @BeforeEach
    void make() {
        rkt = StandInRkt.in(root.resolve("rkt"));
    }

    @Test
    void ended_pods_and_images_unused_for_long_are_removed_once_an_interval() throws Exception {
        RktGarbage garbage = garbage(SETTINGS, directory -> diskPercent);

        garbage.collectIfDue();
        pass(Duration.ofMinutes(9));
        garbage.collectIfDue();
        assertThat(collections()).as("before the first interval has passed").isEmpty();

        pass(Duration.ofMinutes(1));
        garbage.collectIfDue();
        garbage.collectIfDue();
        assertThat(collections()).containsExactly(PODS, "image|gc|--grace-period=28800s");

        now = now.minus(Duration.ofDays(1));
        garbage.collectIfDue();
        assertThat(collections()).as("a clock that was set back").hasSize(4);
    }

    @Test
    void from_a_disk_that_is_too_full_younger_images_go_until_there_is_room() throws Exception {
        RktGarbage garbage = garbage(SETTINGS, directory -> collections().size() < 4 ? 81 : 80);
        pass(Duration.ofMinutes(5));

        garbage.collectIfDue();

        assertThat(collections())
                .containsExactly(
                        PODS,
                        "image|gc|--grace-period=28800s",
                        "image|gc|--grace-period=7200s",
                        "image|gc|--grace-period=1800s");
    }

    @Test
    void an_image_that_was_used_in_the_last_ten_minutes_stays_however_full_the_disk_is() throws Exception {
        RktGarbage garbage = garbage(SETTINGS, directory -> 100);
        pass(Duration.ofMinutes(5));

        garbage.collectIfDue();

        assertThat(collections()).last().isEqualTo("image|gc|--grace-period=600s");
        assertThat(collections()).hasSize(5);
        garbage.collectIfDue();
        assertThat(collections()).as("it is not tried again at once").hasSize(5);
    }

    @Test
    void the_disk_of_the_data_directory_is_looked_at_that_rkt_is_configured_for() throws Exception {
        rkt.configuration("{\"stage0\":[{\"rktKind\":\"auth\"},{\"rktKind\":\"paths\",\"data\":\"/elsewhere\"}]}");
        List<Path> asked = new ArrayList<>();
        RktGarbage garbage = garbage(SETTINGS, directory -> {
            asked.add(directory);
            return 1;
        });
        pass(Duration.ofMinutes(10));
        garbage.collectIfDue();

        rkt.fail("config", "Error: unknown command \"config\" for \"rkt\"");
        pass(Duration.ofMinutes(10));
        garbage.collectIfDue();

        assertThat(asked).contains(Path.of("/elsewhere")).last().isEqualTo(Path.of("/var/lib/rkt"));
    }

    @Test
    void nothing_is_removed_where_that_is_turned_off_or_rkt_fails_and_the_next_interval_tries_again() throws Exception {
        RktGarbage off = garbage(new RktGarbageSettings(Duration.ZERO, Duration.ZERO, 1), directory -> 100);
        RktGarbage garbage = garbage(SETTINGS, directory -> diskPercent);
        rkt.fail("gc", "gc: no");
        pass(Duration.ofMinutes(10));

        off.collectIfDue();
        assertThat(collections()).isEmpty();
        garbage.collectIfDue();
        garbage.collectIfDue();
        assertThat(collections()).containsExactly(PODS);
        pass(Duration.ofMinutes(10));
        garbage.collectIfDue();
        assertThat(collections()).containsExactly(PODS, PODS);
    }

    @Test
    @Timeout(60)
    void no_image_is_removed_while_a_task_is_made_ready_and_none_is_made_ready_meanwhile() throws Exception {
        RktGarbage garbage = garbage(SETTINGS, directory -> diskPercent);
        pass(Duration.ofMinutes(10));
        CompletableFuture<Void> collecting;
        starts.readLock().lock();
        try {
            collecting = OwnThread.run(garbage::collectIfDue);
            await().atMost(Duration.ofSeconds(30)).until(starts::hasQueuedThreads);
            assertThat(collections()).containsExactly(PODS);
        } finally {
            starts.readLock().unlock();
        }
        collecting.get(30, TimeUnit.SECONDS);
        assertThat(collections()).containsExactly(PODS, "image|gc|--grace-period=28800s");
        assertThat(starts.isWriteLocked()).isFalse();
    }

    @Test
    @Timeout(60)
    void the_driver_makes_no_task_ready_while_images_are_removed() throws Exception {
        DriverFixture fixture = new DriverFixture(root.resolve("driver"));
        Instant[] time = {now};
        RktDriver driver = fixture.driver(() -> time[0]);
        fixture.rkt.hang("prepare");
        CompletableFuture<Void> start = OwnThread.run(() -> {
            try {
                driver.prepare(fixture.request("web", "{\"image\": \"a\"}"));
            } catch (TaskStartException e) {
                // It hangs until its timeout.
            }
        });
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !fixture.rkt.calls("prepare").isEmpty());
        time[0] = time[0].plus(Duration.ofMinutes(10));

        driver.collectGarbage();

        assertThat(start).as("the collection has waited for the start").isDone();
        assertThat(fixture.rkt.calls("gc")).hasSize(2);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private List<String> collections() {
        return rkt.calls("gc");
    }

    private RktGarbage garbage(RktGarbageSettings settings, ToIntFunction<Path> diskUse) {
        Lock noStarts = starts.writeLock();
        RktTimeouts timeouts = new RktTimeouts(
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30));
        RktFinder finder = new RktFinder(
                rkt.executable(),
                new CommandRunner(ProgramStart.with(System.getenv(), DriverFixture.LIMITS)),
                timeouts);
        return new RktGarbage(finder, settings, unused -> {}, noStarts, () -> now, diskUse);
    }
}
