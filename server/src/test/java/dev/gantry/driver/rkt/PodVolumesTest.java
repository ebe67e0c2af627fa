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
    @ValueSource(
            strings = {
                "../..",
                "../../other-allocation",
                "local/../../../../etc",
                "local/out",
                "local/out/x",
                "local/up"
            })
    void a_relative_path_never_leaves_the_allocation(String asked) throws Exception {
        Files.createSymbolicLink(directory.local().resolve("out"), root.resolve("outside"));
        Files.createSymbolicLink(directory.local().resolve("up"), Path.of("../../../.."));

        assertThatThrownBy(() -> source(asked, true))
                .isInstanceOf(RktException.class)
                .hasMessageContaining(asked + " leads out of the allocation's directory");
        assertThat(root.resolve("outside")).isEmptyDirectory();
    }

    @Test
    void a_link_to_nowhere_is_not_followed() throws Exception {
        Files.createSymbolicLink(directory.local().resolve("gone"), root.resolve("outside/later"));

        assertThatThrownBy(() -> source("local/gone", true)).hasMessageContaining("local/gone is a link to nowhere");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"driver", "driver/x", "../other/driver", "../other/secrets", "../other", ".", "..", "local/peek"
            })
    void what_is_not_the_tasks_own_is_out_of_reach(String asked) throws Exception {
        Files.createSymbolicLink(directory.local().resolve("peek"), Path.of("../../other/secrets"));

        assertThatThrownBy(() -> source(asked, true))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("is not the task's own");
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
        assertThat(volumes).hasSize(4);
        return volumes.get(3).source();
    }
}
