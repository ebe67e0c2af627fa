package dev.gantry.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenDirectoryTest {

    @TempDir
    Path root;

    private Path directory;
    private Path staging;
    private Path outside;

    @BeforeEach
    void make() throws IOException {
        directory = Files.createDirectory(root.resolve("directory"));
        staging = Files.createDirectory(root.resolve("staging"));
        outside = Files.createDirectory(root.resolve("outside"));
    }

    @Test
    void what_it_makes_and_writes_lies_in_it_and_is_for_any_user() throws IOException {
        try (OpenDirectory open = OpenDirectory.of(directory)) {
            open.makeDirectory("sub", staging);
            open.makeDirectory("sub", staging);
            try (OpenDirectory sub = open.enter("sub")) {
                sub.write("file", new byte[] {'h', 'i'});
                sub.write("file", new byte[] {'h', 'o'});
            }
        }

        assertThat(directory.resolve("sub/file")).hasContent("ho");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("sub"))))
                .isEqualTo("rwxrwxrwx");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("sub/file"))))
                .isEqualTo("rw-r--r--");
        assertThat(directory.resolve("sub")).isDirectoryNotContaining("glob:**/.new*");
        assertThat(staging).isEmptyDirectory();
    }

    @Test
    void it_deletes_files_and_links_and_no_directory() throws IOException {
        Files.createFile(directory.resolve("file"));
        Files.createSymbolicLink(directory.resolve("link"), outside);
        Files.createDirectory(directory.resolve("sub"));
        try (OpenDirectory open = OpenDirectory.of(directory)) {
            open.deleteFile("file");
            open.deleteFile("link");
            open.deleteFile("nothing");
            assertThatThrownBy(() -> open.deleteFile("sub")).isInstanceOf(IOException.class);
        }

        assertThat(directory.toFile().list()).containsExactly("sub");
        assertThat(outside).isDirectory();
    }

    @Test
    void it_stays_the_directory_that_it_was_when_its_path_becomes_a_link() throws IOException {
        try (OpenDirectory open = OpenDirectory.of(directory)) {
            Files.move(directory, root.resolve("moved"));
            Files.createSymbolicLink(directory, outside);

            open.write("file", new byte[1]);
            open.makeDirectory("sub", staging);
        }

        assertThat(outside).isEmptyDirectory();
        assertThat(root.resolve("moved/file")).exists();
        assertThat(root.resolve("moved/sub")).isDirectory();
    }

    @Test
    void a_link_is_neither_entered_nor_written_through_nor_taken_for_a_directory() throws IOException {
        Files.createFile(outside.resolve("file"));
        Files.createSymbolicLink(directory.resolve("to-directory"), outside);
        Files.createSymbolicLink(directory.resolve("to-file"), outside.resolve("file"));
        try (OpenDirectory open = OpenDirectory.of(directory)) {
            assertThat(open.look("to-directory").isSymbolicLink()).isTrue();
            assertThatThrownBy(() -> open.enter("to-directory")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> open.makeDirectory("to-directory", staging))
                    .isInstanceOf(IOException.class);
            open.write("to-file", new byte[] {'x'});
        }

        assertThat(directory.resolve("to-file")).isRegularFile().hasContent("x");
        assertThat(outside.resolve("file")).isEmptyFile();
        assertThat(outside).isDirectoryNotContaining(path -> !path.endsWith("file"));
        assertThatThrownBy(() -> OpenDirectory.of(directory.resolve("to-directory")))
                .isInstanceOf(IOException.class);
    }

    @Test
    void what_is_not_there_is_told() throws IOException {
        try (OpenDirectory open = OpenDirectory.of(directory)) {
            assertThatThrownBy(() -> open.look("x")).isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(() -> open.enter("x")).isInstanceOf(NoSuchFileException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/a"})
    void only_single_names_are_taken(String name) throws IOException {
        try (OpenDirectory open = OpenDirectory.of(directory)) {
            assertThatIllegalArgumentException().isThrownBy(() -> open.look(name));
        }
    }

    @Test
    void what_it_takes_replaces_files_and_links_and_no_directory() throws IOException {
        Files.writeString(staging.resolve("new"), "1");
        Files.writeString(staging.resolve("newer"), "2");
        Path kept = Files.writeString(outside.resolve("kept"), "kept");
        Files.createSymbolicLink(directory.resolve("link"), kept);
        Files.createDirectory(directory.resolve("sub"));
        try (OpenDirectory open = OpenDirectory.of(directory);
                OpenDirectory from = OpenDirectory.of(staging)) {
            open.take(from, "new", "link");

            assertThatThrownBy(() -> open.take(from, "newer", "sub")).isInstanceOf(IOException.class);
            assertThatIllegalArgumentException().isThrownBy(() -> open.take(from, "newer", "../x"));
        }

        assertThat(directory.resolve("link")).hasContent("1");
        assertThat(Files.isSymbolicLink(directory.resolve("link"))).isFalse();
        assertThat(kept).hasContent("kept");
        assertThat(staging.resolve("newer")).hasContent("2");
    }
}
