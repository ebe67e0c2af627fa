package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A pod of the crun flavour from prepare to rm. */
class CrunPodLifeTest extends PodLifeTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }

    @Override
    protected String whatRktBecomes() {
        return "crun";
    }

    /** In the fly flavour they stay until rm. */
    @Test
    @Override
    void what_an_app_leaves_behind_is_killed_when_the_pod_is_removed() {
        String uuid = rkt.prepare(image.toString(), "--", "-c", "sleep 607 & echo ready");

        rkt.finish(rkt.runUntilReady(uuid));

        await().untilAsserted(() -> assertThat(processesOf(uuid)).isEmpty());
        assertThat(groupsOf(uuid)).isEmpty();
    }

    @Test
    void nothing_of_a_pod_outlives_a_killed_crun_but_groups_that_rm_removes() {
        String uuid = rkt.prepare(
                image.toString(), "--", "-c", "(trap '' TERM; sleep 611; sleep 612) & echo ready; exec sleep 613");
        Rkt.Running running = rkt.runUntilReady(uuid);
        assertThat(groupsOf(uuid)).isNotEmpty();

        running.process().destroyForcibly();

        await().untilAsserted(() -> assertThat(processesOf(uuid)).isEmpty());
        assertThat(status(uuid).get("state").getAsString()).isEqualTo("exited");
        rkt.call("rm", uuid).succeeded();
        assertThat(groupsOf(uuid)).isEmpty();
    }

    @Test
    void a_pod_of_which_crun_is_stopped_can_be_killed() throws Exception {
        String uuid = rkt.prepare(image.toString(), "--", "-c", SLEEP);
        Rkt.Running running = rkt.runUntilReady(uuid);
        assertThat(new ProcessBuilder(
                                "kill", "-STOP", Long.toString(running.process().pid()))
                        .start()
                        .waitFor())
                .isZero();

        rkt.call("stop", "--force", uuid).succeeded();

        assertThat(rkt.finish(running).exitCode()).isEqualTo(137);
        await().untilAsserted(() -> assertThat(processesOf(uuid)).isEmpty());
        assertThat(groupsOf(uuid)).isEmpty();
    }

    /** On a host with both versions of control groups, a bind mount shows what the cover of the second one hides. */
    @Test
    void a_pod_leaves_no_directory_beneath_the_mount_of_the_second_hierarchy() throws Exception {
        String uuid = rkt.prepare(image.toString(), "--exec=/bin/true");
        rkt.call("run-prepared", uuid).succeeded();

        Process listing = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "mount --bind /sys/fs/cgroup \"$0\" && ls -R \"$0\"",
                        Files.createDirectory(directory.resolve("beneath")).toString())
                .start();

        assertThat(new String(listing.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .doesNotContain(uuid);
    }

    /** Control groups of the pod, in all hierarchies. */
    private static List<Path> groupsOf(String uuid) {
        try (Stream<Path> groups =
                Files.find(Path.of("/sys/fs/cgroup"), 2, (path, attributes) -> path.endsWith("rkt-" + uuid))) {
            return groups.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
