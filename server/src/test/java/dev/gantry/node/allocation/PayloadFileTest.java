package dev.gantry.node.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadFileTest {

    @TempDir
    Path dir;

    private TaskDirectory directory;

    @BeforeEach
    void make() throws IOException {
        directory = new TaskDirectory(dir.resolve("a1"), "main");
        Files.createDirectories(directory.local());
        Files.createDirectories(directory.driver());
    }

    @Test
    void the_payload_is_written_below_local_and_any_user_may_read_it() throws IOException {
        payload("input/today.json").write(directory);

        Path file = directory.local().resolve("input/today.json");
        assertThat(file).hasContent("hello");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void the_file_is_written_again_at_the_next_start() throws IOException {
        payload("input").write(directory);
        Files.writeString(directory.local().resolve("input"), "changed by the task");

        payload("input").write(directory);

        assertThat(directory.local().resolve("input")).hasContent("hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secrets/x", "/etc/x", "a/../../x", ".", "a/.."})
    void a_path_outside_of_local_is_refused(String name) {
        assertThatThrownBy(() -> payload(name).write(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not below the task's local/");
    }

    @Test
    void links_of_an_earlier_run_are_not_followed() throws IOException {
        Path elsewhere = Files.createDirectory(dir.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("file"), "untouched");
        Files.createSymbolicLink(directory.local().resolve("directory"), elsewhere);
        Files.createSymbolicLink(directory.local().resolve("file"), elsewhere.resolve("file"));
        Files.createSymbolicLink(directory.local().resolve("file.new"), elsewhere.resolve("file"));

        payload("file").write(directory);

        assertThatThrownBy(() -> payload("directory/file").write(directory)).isInstanceOf(IOException.class);
        assertThat(elsewhere.resolve("file")).hasContent("untouched");
        assertThat(directory.local().resolve("file")).isRegularFile().hasContent("hello");
    }

    @Test
    void there_is_no_file_without_a_payload_or_a_path() {
        Job job = Job.newBuilder().setPayload(ByteString.copyFromUtf8("hello")).build();
        Task task = Task.newBuilder().setDispatchPayloadFile("input").build();

        assertThat(PayloadFile.of(job, task)).isPresent();
        assertThat(PayloadFile.of(job, Task.getDefaultInstance())).isEmpty();
        assertThat(PayloadFile.of(Job.getDefaultInstance(), task)).isEmpty();
    }

    private static PayloadFile payload(String name) {
        return new PayloadFile(name, ByteString.copyFromUtf8("hello"));
    }
}
