package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.driver.TaskDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodVolumesTest {

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
        assertThatThrownBy(() -> new PodVolumes(true).of(List.of("local/x:" + target), directory))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("can't be mounted at " + target);
    }

    @Test
    void an_absolute_path_is_taken_where_the_node_allows_it() throws Exception {
        assertThat(source(root.resolve("outside").toString(), true)).isEqualTo(root.resolve("outside"));
        assertThatThrownBy(() -> source(root.resolve("outside").toString(), false))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("does not let tasks mount " + root.resolve("outside"));
        assertThatThrownBy(() -> source("/no/such/path", true))
                .hasMessage("The volume's path /no/such/path does not exist on this node");
    }

    @Test
    void a_node_in_a_directory_that_rkt_cannot_mount_says_so() {
        TaskDirectory comma = new TaskDirectory(root.resolve("a,b/" + DriverFixture.ALLOCATION), "web");

        assertThatThrownBy(() -> new PodVolumes(true).of(List.of(), comma)).hasMessageContaining("takes no comma");
    }

    private Path source(String asked, boolean hostPathsAllowed) throws RktException {
        List<PodVolume> volumes = new PodVolumes(hostPathsAllowed).of(List.of(asked + ":/in/pod"), directory);
        assertThat(volumes).hasSize(5);
        return volumes.get(4).source();
    }
}
