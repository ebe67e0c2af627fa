package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.files.FileTrees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script that copies a task's output, run as supervisors run it. */
@Timeout(60)
class CopyOutputTest {

    private static final int SIZE = 100_000;

    @TempDir
    Path root;

    private Path script;
    private Path logs;
    private Process copier;

    @BeforeEach
    void make() throws IOException {
        script = root.resolve("copy-output");
        try (InputStream source = Supervisor.class.getResourceAsStream("copy-output.sh")) {
            Files.copy(source, script);
        }
        logs = Files.createDirectory(root.resolve("logs"));
    }

    @AfterEach
    void end() {
        if (copier != null) {
            copier.descendants().forEach(ProcessHandle::destroyForcibly);
            copier.destroyForcibly();
        }
    }

    @Test
    void what_is_written_is_in_the_file_while_the_pipe_is_open() throws Exception {
        OutputStream pipe = start(3, SIZE);

        write(pipe, "one\n");
        await().until(() -> Files.exists(file(0)) && Files.readString(file(0)).equals("one\n"));
        write(pipe, "two\n");
        await().until(() -> Files.readString(file(0)).equals("one\ntwo\n"));

        pipe.close();
        assertThat(copier.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(copier.exitValue()).isZero();
    }

    @Test
    void every_file_but_the_newest_has_exactly_its_size_and_nothing_is_lost_between_them() throws Exception {
        String text = lines(1, 60_000);

        copy(text, 100);

        List<Path> files = files();
        assertThat(files).hasSize(text.length() / SIZE + 1);
        assertThat(files.subList(0, files.size() - 1))
                .allSatisfy(file -> assertThat(file).hasSize(SIZE));
        assertThat(content(files)).isEqualTo(text);
    }

    @Test
    void only_the_newest_files_are_kept() throws Exception {
        String text = lines(1, 60_000);

        copy(text, 2);

        int newest = text.length() / SIZE;
        assertThat(files()).containsExactly(file(newest - 1), file(newest));
        assertThat(content(files())).isEqualTo(text.substring((newest - 1) * SIZE));
    }

    @Test
    void the_next_run_goes_on_where_the_last_one_has_ended() throws Exception {
        String text = lines(1, 60_000);

        copy(text.substring(0, 250_001), 100);
        copy(text.substring(250_001, 300_000), 100);
        copy("", 100);
        copy(text.substring(300_000), 100);

        assertThat(content(files())).isEqualTo(text);
        assertThat(files()).hasSize(text.length() / SIZE + 1);
    }

    @Test
    void a_task_goes_on_while_the_disk_is_full_and_is_copied_again_when_it_is_not() throws Exception {
        assumeTrue(run("mount -t tmpfs -o size=200k tmpfs \"$1\"", logs) == 0, "This machine mounts no tmpfs here");
        try {
            Path filler = Files.write(logs.resolve("filler"), new byte[100_000]);
            OutputStream pipe = start(3, 10 * SIZE);
            // More than the pipe and the disk can hold: the writer would block forever without a reader.
            write(pipe, lines(1, 100_000));
            await().until(() -> Files.readString(root.resolve("errors")).contains("No space left on device"));

            Files.delete(filler);
            await().until(() -> {
                write(pipe, "back\n");
                return Files.readString(file(0)).endsWith("back\n");
            });

            assertThat(root.resolve("errors")).content().hasLineCount(1);
            await().untilAsserted(() -> assertThat(root.resolve("lost"))
                    .content()
                    .contains("output to " + file(0) + " was lost", "No space left on device"));
            pipe.close();
            assertThat(copier.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            end();
            assertThat(run("umount -l \"$1\"", logs)).isZero();
        }
    }

    @Test
    void a_killed_copier_is_replaced_and_nothing_is_lost_or_doubled() throws Exception {
        OutputStream pipe = start(100, SIZE);
        write(pipe, lines(1, 1000));
        await().until(() -> Files.exists(file(0)));
        ProcessHandle shell = dd().parent().orElseThrow();

        shell.destroyForcibly();
        write(pipe, lines(1001, 60_000));
        pipe.close();

        assertThat(copier.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(content(files())).isEqualTo(lines(1, 60_000));
        List<Path> files = files();
        assertThat(files.subList(0, files.size() - 1))
                .allSatisfy(file -> assertThat(file).hasSize(SIZE));
        assertThat(root.resolve("errors")).content().contains("was killed");
    }

    @Test
    void a_task_whose_output_is_just_being_copied_by_a_killed_dd_goes_on_and_the_loss_is_told() throws Exception {
        OutputStream pipe = start(100, SIZE);
        write(pipe, "one\n");
        await().until(() -> Files.exists(file(0)) && Files.size(file(0)) > 0);
        ProcessHandle dd = dd();

        dd.destroyForcibly();
        await().until(() -> !dd.isAlive());
        write(pipe, "two\n");
        pipe.close();

        assertThat(copier.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(file(0)).hasContent("one\ntwo");
        assertThat(root.resolve("lost")).content().contains("may be lost", "dd was killed by signal 9");
    }

    @Test
    void a_copier_whose_directory_is_gone_ends() throws Exception {
        OutputStream pipe = start(3, SIZE);
        write(pipe, "one\n");
        await().until(() -> Files.exists(file(0)));
        FileTrees.delete(logs);

        // It looks for the directory only when it begins the next part of the file.
        assertThatThrownBy(() -> write(pipe, lines(1, 100_000))).hasMessageContaining("Broken pipe");

        assertThat(copier.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private ProcessHandle dd() {
        return await().until(
                        () -> copier.descendants()
                                .filter(process -> process.info()
                                        .command()
                                        .filter(command -> command.endsWith("/dd"))
                                        .isPresent())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private void copy(String text, int maxFiles) throws Exception {
        try (OutputStream pipe = start(maxFiles, SIZE)) {
            write(pipe, text);
        }
        assertThat(copier.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(copier.exitValue()).isZero();
        assertThat(root.resolve("errors")).isEmptyFile();
    }

    private OutputStream start(int maxFiles, int size) throws IOException {
        copier = new ProcessBuilder(
                        "/bin/sh",
                        script.toString(),
                        root.toString(),
                        logs.resolve("web.stdout").toString(),
                        Integer.toString(maxFiles),
                        Integer.toString(size))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(root.resolve("errors").toFile())
                .start();
        return copier.getOutputStream();
    }

    private static void write(OutputStream pipe, String text) throws IOException {
        pipe.write(text.getBytes(StandardCharsets.US_ASCII));
        pipe.flush();
    }

    private static String lines(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> "line " + i + "\n")
                .collect(Collectors.joining());
    }

    private Path file(int number) {
        return logs.resolve("web.stdout." + number);
    }

    /** In the order of their numbers. */
    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(logs)) {
            return IntStream.range(0, (int) files.count() + 100)
                    .mapToObj(this::file)
                    .filter(Files::exists)
                    .toList();
        }
    }

    private static String content(List<Path> files) throws IOException {
        StringBuilder content = new StringBuilder();
        for (Path file : files) {
            content.append(Files.readString(file));
        }
        return content.toString();
    }

    private static int run(String script, Path argument) throws Exception {
        Process process = new ProcessBuilder("/bin/sh", "-c", script, "sh", argument.toString()).start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
