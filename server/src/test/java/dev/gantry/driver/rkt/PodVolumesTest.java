package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.FileOwner;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.NodeRestrictions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodVolumesTest {

    private static final Restrictions NO_HOST_PATHS = Restrictions.of(NodeRestrictions.newBuilder()
            .setHostVolumes(HostVolumeRestriction.getDefaultInstance())
            .build());

    @TempDir
    Path root;

    private TaskDirectory directory;

    @BeforeEach
    void make() throws Exception {
        DriverFixture fixture = new DriverFixture(root.toRealPath());
        directory = fixture.directory("web");
        fixture.directory("other");
        Files.createDirectory(root.resolve("outside"));
    }

    @ParameterizedTest
    @CsvSource({
        "local/conf, web/local/conf",
        "./local/./a/b, web/local/a/b",
        "secrets, web/secrets",
        "../alloc/data, alloc/data",
        "../other/local, other/local",
        "local/new/../data, web/local/data"
    })
    void a_relative_path_is_resolved_in_the_tasks_directory_and_made(String asked, String found) throws Exception {
        Path source = source(asked, false);

        assertThat(source)
                .isEqualTo(directory.allocation().toRealPath().resolve(found))
                .isDirectory();
    }

    @Test
    void directories_that_are_made_belong_to_the_user_of_the_task() throws Exception {
        assumeTrue(Files.getAttribute(root, "unix:uid").equals(0), "only root can give files away: skipped");
        Files.createDirectory(directory.local().resolve("there"));

        new PodVolumes(NO_HOST_PATHS)
                .of(List.of("local/there/a/b:/a", "local/c:/c"), directory, FileOwner.of("4000000000", "27"));
        new PodVolumes(NO_HOST_PATHS).of(List.of("local/named:/x"), directory, FileOwner.of("postgres", ""));

        assertThat(owner("there")).isEqualTo("0:0");
        assertThat(List.of(owner("there/a"), owner("there/a/b"), owner("c"))).containsOnly("4000000000:27");
        assertThat(owner("named")).isEqualTo("0:0");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.local().resolve("named"))))
                .isEqualTo("rwxrwxrwx");
    }

    @Test
    void tasks_that_start_together_see_one_directory_where_they_name_the_same() throws Exception {
        PodVolumes volumes = new PodVolumes(NO_HOST_PATHS);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 200; round++) {
                String asked = "../alloc/data/" + round + "/cache";
                List<Callable<Path>> starts = IntStream.range(0, 4)
                        .<Callable<Path>>mapToObj(task -> () -> {
                            List<PodVolume> made =
                                    volumes.of(List.of(asked + ":/x"), directory, FileOwner.OF_THIS_PROCESS);
                            return Files.createFile(
                                    made.get(made.size() - 1).source().resolve(Integer.toString(task)));
                        })
                        .toList();
                for (Future<Path> start : threads.invokeAll(starts)) {
                    assertThat(start.get()).exists();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private String owner(String path) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(directory.local().resolve(path), "unix:uid,gid");
        return Integer.toUnsignedString((Integer) attributes.get("uid")) + ":" + attributes.get("gid");
    }

    @Test
    void a_file_may_be_mounted() throws Exception {
        Path file = Files.writeString(directory.local().resolve("app.conf"), "x");

        assertThat(source("local/app.conf", false)).isEqualTo(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../..", "../../other-allocation", "local/../../../../etc"})
    void a_relative_path_never_leaves_the_allocation(String asked) {
        assertThatThrownBy(() -> source(asked, true))
                .isInstanceOf(RktException.class)
                .hasMessageContaining(asked + " leads out of the allocation's directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"local/link", "local/link/x", "local/link/../data", "../alloc/link", "../alloc/link/x"})
    void no_link_is_followed(String asked) throws Exception {
        for (String target : List.of(root.resolve("outside").toString(), "data", "../../../..", "/no/such/place")) {
            for (Path holder : List.of(directory.local(), directory.shared())) {
                Files.deleteIfExists(holder.resolve("link"));
                Files.createSymbolicLink(holder.resolve("link"), Path.of(target));
            }
            if (asked.contains("..") && !asked.startsWith("..")) {
                // The dots take the link away before anything is looked at.
                assertThat(source(asked, true)).isEqualTo(directory.local().resolve("data"));
            } else {
                assertThatThrownBy(() -> source(asked, true))
                        .isInstanceOf(RktException.class)
                        .hasMessageContaining(asked + " leads through the link link, which is not followed");
            }
        }
        assertThat(root.resolve("outside")).isEmptyDirectory();
    }

    @Test
    void a_file_is_no_directory_to_lead_through() throws Exception {
        Files.createFile(directory.local().resolve("file"));

        assertThatThrownBy(() -> source("local/file/x", true)).hasMessageContaining("file, which is no directory");
    }

    @Test
    void a_path_that_is_too_long_is_refused_before_anything_is_made() {
        assertThatThrownBy(() -> source("local/" + "d/".repeat(2_100), true))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("is too long");
        assertThat(directory.local()).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "driver",
                "driver/x",
                "../other/driver",
                "../other/secrets",
                "../other",
                ".",
                "..",
                "../+logs",
                "../+artifacts",
                "../+artifacts/x",
                "../+logs/x"
            })
    void what_is_not_the_tasks_own_is_out_of_reach(String asked) {
        assertThatThrownBy(() -> source(asked, true))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("is not the task's own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/x", "/proc/x", "//sys/x", "/tmp/../dev/x"})
    void a_relative_path_is_not_mounted_where_the_kernels_own_file_systems_are(String target) {
        assertThatThrownBy(() -> new PodVolumes(Restrictions.NONE)
                        .of(List.of("local/x:" + target), directory, FileOwner.OF_THIS_PROCESS))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("can't be mounted at " + target);
    }

    @Test
    void an_absolute_path_is_taken_where_the_node_allows_it() throws Exception {
        assertThat(source(root.resolve("outside").toString(), true)).isEqualTo(root.resolve("outside"));
        assertThatThrownBy(() -> source(root.resolve("outside").toString(), false))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("This node does not allow the host path \"%s\" (allowed: none)"
                        .formatted(root.toRealPath().resolve("outside")));
        assertThatThrownBy(() -> source("/no/such/path", true))
                .hasMessage("The volume's path /no/such/path does not exist on this node");
    }

    @Test
    void a_node_in_a_directory_that_rkt_cannot_mount_says_so() {
        TaskDirectory comma = new TaskDirectory(root.resolve("a,b/" + DriverFixture.ALLOCATION), "web");

        assertThatThrownBy(() -> new PodVolumes(Restrictions.NONE).of(List.of(), comma, FileOwner.OF_THIS_PROCESS))
                .hasMessageContaining("accepts no comma");
    }

    private Path source(String asked, boolean hostPathsAllowed) throws RktException {
        List<PodVolume> volumes = new PodVolumes(hostPathsAllowed ? Restrictions.NONE : NO_HOST_PATHS)
                .of(List.of(asked + ":/in/pod"), directory, FileOwner.OF_THIS_PROCESS);
        assertThat(volumes).hasSize(5);
        return volumes.get(4).source();
    }
}
