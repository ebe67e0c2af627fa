package dev.gantry.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {

    @TempDir
    Path dir;

    @Test
    void a_replaced_file_has_the_new_content_and_the_mode_that_was_asked_for() throws IOException {
        Path file = dir.resolve("state");
        Files.writeString(file, "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

        DurableFile.replace(file, "new".getBytes(UTF_8), DurableFile.OWNER_ONLY);

        assertThat(file).hasContent("new");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(DurableFile.OWNER_ONLY);
        assertThat(dir).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void a_file_that_a_crash_has_left_does_not_widen_the_mode_of_the_next() throws IOException {
        Path file = dir.resolve("state");
        Path left = dir.resolve("state.new");
        Files.writeString(left, "half");
        Files.setPosixFilePermissions(left, PosixFilePermissions.fromString("rw-rw-rw-"));

        assertThat(DurableFile.isUnfinished(left)).isTrue();
        DurableFile.replace(file, "new".getBytes(UTF_8), DurableFile.OWNER_ONLY);

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(DurableFile.OWNER_ONLY);
    }

    @Test
    void a_file_that_can_not_be_replaced_stays_as_it_was() throws IOException {
        Path file = dir.resolve("state");
        Files.writeString(file, "old");
        Files.createDirectories(dir.resolve("state.new/not-empty"));

        assertThatThrownBy(() -> DurableFile.replace(file, "new".getBytes(UTF_8), DurableFile.OWNER_ONLY))
                .isInstanceOf(IOException.class);

        assertThat(file).hasContent("old");
    }

    @Test
    void a_new_file_is_never_written_over_another() throws IOException {
        Path file = dir.resolve("key");
        Files.writeString(file, "old");

        assertThatThrownBy(() -> DurableFile.create(file, "new".getBytes(UTF_8), DurableFile.OWNER_ONLY))
                .isInstanceOf(FileAlreadyExistsException.class);

        assertThat(file).hasContent("old");
    }
}
