package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gantry.concurrent.OwnThread;
import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskStop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RktSweepTest {

    private static final String LEFT = "1523962e-2505-4364-9c88-35acfa703c8a";
    private static final String FOREIGN = "2523962e-2505-4364-9c88-35acfa703c8a";

    private static final Predicate<String> NONE = Set.<String>of()::contains;
    private static final Predicate<String> KNOWN = DriverFixture.ALLOCATION::equals;

    @TempDir
    Path root;

    private DriverFixture fixture;

    @BeforeEach
    void make() {
        fixture = new DriverFixture(root);
        fixture.rkt.app("exec sleep 60");
    }

    @Test
    void a_pod_that_nobody_speaks_of_is_removed() {
        fixture.rkt.putPod(LEFT, manifest(DriverFixture.ALLOCATION + "-web-alloc", shared(DriverFixture.ALLOCATION)));

        fixture.driver().sweep(NONE);

        assertThat(fixture.rkt.pods()).isEmpty();
    }

    @Test
    void what_an_interrupted_start_of_a_known_allocation_has_left_is_removed() {
        fixture.rkt.putPod(LEFT, manifest(DriverFixture.ALLOCATION + "-web-alloc", shared(DriverFixture.ALLOCATION)));

        RktDriver driver = fixture.driver();
        driver.sweep(KNOWN);

        assertThat(fixture.rkt.pods()).isEmpty();
    }

    @Test
    void what_runs_of_an_allocation_that_is_known_stays_even_if_its_record_is_gone() throws Exception {
        RunningTask task = fixture.driver().start(fixture.request("web", "{\"image\": \"a\"}"));
        await().until(() -> fixture.rkt.isRunning(task.podId()));

        assertThat(fixture.driver().sweep(KNOWN)).isTrue();

        assertThat(fixture.rkt.isRunning(task.podId())).isTrue();
        assertThat(fixture.driver().sweep(NONE)).isTrue();
    }

    @Test
    void a_pod_that_does_not_end_is_told_of() throws Exception {
        fixture.rkt.putPod(LEFT, manifest(DriverFixture.ALLOCATION + "-web-alloc", shared(DriverFixture.ALLOCATION)));
        fixture.rkt.fail("rm", "rm: the pod's disk does not answer\n");

        assertThat(fixture.driver().sweep(NONE)).isFalse();
    }

    @Test
    void what_others_have_made_is_not_touched() {
        fixture.rkt.putPod(LEFT, manifest("data", Path.of("/srv/data")));
        fixture.rkt.putPod(FOREIGN, manifest("x-alloc", shared(DriverFixture.ALLOCATION)));
        String other = "3523962e-2505-4364-9c88-35acfa703c8a";
        fixture.rkt.putPod(other, manifest("other-web-alloc", root.resolve("another-node/other/alloc")));
        String broken = "4523962e-2505-4364-9c88-35acfa703c8a";
        fixture.rkt.putPod(broken, "no manifest");

        fixture.driver().sweep(NONE);

        assertThat(fixture.rkt.pods()).containsExactlyInAnyOrder(LEFT, FOREIGN, other, broken);
    }

    @Test
    void a_node_that_is_reached_by_a_link_knows_its_pods() throws Exception {
        Files.createDirectories(fixture.allocations);
        Path link = Files.createSymbolicLink(root.resolve("link"), fixture.allocations);
        fixture.rkt.putPod(LEFT, manifest("a-web-alloc", link.resolve("a/alloc")));

        fixture.driver().sweep(NONE);

        assertThat(fixture.rkt.pods()).isEmpty();
    }

    @Test
    void a_running_pod_that_was_forgotten_is_stopped_and_removed() throws Exception {
        RunningTask task = fixture.driver().start(fixture.request("web", "{\"image\": \"a\"}"));
        await().until(() -> fixture.rkt.isRunning(task.podId()));

        fixture.driver().sweep(NONE);

        assertThat(task.exit().get(10, TimeUnit.SECONDS).exitCode()).hasValue(143);
        assertThat(fixture.rkt.pods()).isEmpty();
    }

    @Test
    void a_task_that_the_same_driver_has_started_stays_even_if_it_is_too_new_to_be_spoken_of() throws Exception {
        RktDriver driver = fixture.driver();
        RunningTask task = driver.start(fixture.request("web", "{\"image\": \"a\"}"));
        await().until(() -> fixture.rkt.isRunning(task.podId()));

        driver.sweep(NONE);

        assertThat(task.exit()).isNotDone();
        task.stop(TaskStop.within(Duration.ofSeconds(10)));
        task.remove();
        assertThat(fixture.rkt.pods()).isEmpty();
    }

    @Test
    void a_pod_of_a_task_that_is_being_started_stays() {
        HeldPods held = new HeldPods();
        Path task = fixture.directory("web").own();

        held.starting(task);
        assertThat(held.isBusy(LEFT, DriverFixture.ALLOCATION)).isTrue();
        assertThat(held.isBusy(LEFT, "another")).isFalse();

        held.hold(LEFT);
        held.started(task);
        assertThat(held.isBusy(LEFT, DriverFixture.ALLOCATION)).isTrue();

        held.release(LEFT);
        assertThat(held.isBusy(LEFT, DriverFixture.ALLOCATION)).isFalse();
    }

    @Test
    void a_start_that_is_interrupted_leaves_nothing() {
        fixture.rkt.hang("prepare");
        AtomicReference<Thread> starter = new AtomicReference<>();
        CompletableFuture<RunningTask> start = OwnThread.supply(() -> {
            starter.set(Thread.currentThread());
            return fixture.driver().start(fixture.request("web", "{\"image\": \"a\"}"));
        });
        await().until(() -> !fixture.rkt.calls("prepare").isEmpty());

        starter.get().interrupt();

        assertThatThrownBy(() -> start.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        assertThat(fixture.rkt.pods()).isEmpty();
        assertThat(fixture.directory("web").driver()).isEmptyDirectory();
    }

    /** rkt itself can't tell whose a pod is: its gc would remove those of others too. */
    @Test
    void a_collection_of_garbage_removes_ended_pods_of_this_node_and_leaves_those_of_others() throws Exception {
        Instant[] time = {Instant.parse("2026-01-01T00:00:00Z")};
        RktDriver driver = fixture.driver(() -> time[0]);
        fixture.rkt.app("exit 0");
        RunningTask held = driver.start(fixture.request("held", "{\"image\": \"a\"}"));
        held.exit().get(10, TimeUnit.SECONDS);
        fixture.rkt.putPod(FOREIGN, manifest("other-web-alloc", root.resolve("another-node/other/alloc")));
        fixture.rkt.exited(FOREIGN, 0);
        fixture.rkt.putPod(LEFT, manifest("gone-web-alloc", shared("gone")));
        fixture.rkt.exited(LEFT, 0);

        time[0] = time[0].plus(Duration.ofMinutes(10));
        driver.collectGarbage();
        assertThat(fixture.rkt.pods())
                .as("before the server has named all allocations")
                .contains(LEFT);

        driver.sweep(NONE);
        fixture.rkt.putPod(LEFT, manifest("gone-web-alloc", shared("gone")));
        fixture.rkt.exited(LEFT, 0);
        time[0] = time[0].plus(Duration.ofMinutes(10));
        driver.collectGarbage();

        assertThat(fixture.rkt.pods()).containsExactlyInAnyOrder(FOREIGN, held.podId());
        held.remove();
    }

    @Test
    void an_rkt_that_fails_does_not_fail_the_node() {
        fixture.rkt.fail("list", "list: cannot open the store\n");

        assertThat(fixture.driver().sweep(NONE)).isFalse();

        assertThat(fixture.rkt.calls()).containsExactly("list|--format=json");
    }

    private Path shared(String allocation) {
        return fixture.allocations.resolve(allocation).resolve("alloc");
    }

    private static String manifest(String volume, Path source) {
        return """
               {"acVersion":"0.8.11","acKind":"PodManifest","apps":[],
                "volumes":[{"name":"tmp","kind":"empty"},{"name":"%s","kind":"host","source":"%s","readOnly":false}]}
               """.formatted(volume, source);
    }
}
