package dev.gantry.node.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @TempDir
    Path dir;

    @Test
    void a_second_node_is_refused_until_the_first_has_closed() {
        DataDirectory first = DataDirectory.open(dir);

        assertThatThrownBy(() -> DataDirectory.open(dir))
                .isInstanceOf(NodeStateException.class)
                .hasMessage(
                        "Another gantry node uses the data directory %s; stop it, or choose another --data-dir", dir);

        first.close();
        DataDirectory.open(dir).close();
    }

    @Test
    void keeps_other_users_out_of_the_data_of_tasks() throws IOException {
        try (DataDirectory directory = DataDirectory.open(dir.resolve("new/data"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.allocations())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void a_file_in_place_of_the_directory_is_named() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "");

        assertThatThrownBy(() -> DataDirectory.open(file))
                .isInstanceOf(NodeStateException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("choose another one");
    }
}
