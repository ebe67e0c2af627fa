package dev.gantry.node.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.model.NodeLimits;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileInfo;
import dev.gantry.v1.FileListing;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.FileRange;
import dev.gantry.v1.FileType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AllocationFilesTest {

    @TempDir
    Path dir;

    private Path allocation;
    private AllocationFiles files;

    @BeforeEach
    void create() throws IOException {
        allocation = dir.resolve("a1");
        for (String name : List.of("alloc/data", "alloc/logs", "+logs", "web/local", "web/secrets", "web/driver")) {
            Files.createDirectories(allocation.resolve(name));
        }
        Files.writeString(allocation.resolve("+logs/web.stdout.0"), "hello\n");
        Files.writeString(allocation.resolve("web/local/app.conf"), "0123456789");
        Files.writeString(allocation.resolve("web/secrets/key"), "s3cret");
        Files.writeString(allocation.resolve("web/driver/run"), "private");
        Files.writeString(dir.resolve("host-file"), "of the host");
        files = new AllocationFiles(allocation, List.of("web", "late"));
    }

    @Test
    void the_directory_of_an_allocation_shows_what_its_tasks_see() {
        assertThat(list("/")).containsExactly("alloc", "web");
        assertThat(list("")).containsExactly("alloc", "web");
        assertThat(list("web")).containsExactly("local", "secrets");
        assertThat(list("alloc/")).containsExactly("data", "logs");
        assertThat(list("alloc/logs")).containsExactly("web.stdout.0");
        assertThat(list("/web//local/.")).containsExactly("app.conf");
        assertThat(read("alloc/logs/web.stdout.0", 0, 100)).isEqualTo("hello\n");
    }

    @Test
    void a_file_is_described() throws IOException {
        Files.setPosixFilePermissions(
                allocation.resolve("web/local/app.conf"), PosixFilePermissions.fromString("rw-r-----"));

        FileInfo file = stat("web/local/app.conf").getFile();

        assertThat(file.getName()).isEqualTo("app.conf");
        assertThat(file.getType()).isEqualTo(FileType.FILE_TYPE_REGULAR);
        assertThat(file.getSize()).isEqualTo(10);
        assertThat(file.getPermissions()).isEqualTo("rw-r-----");
        assertThat(file.getModifyTime().getSeconds()).isPositive();
        for (String directory : List.of("/", "alloc", "alloc/logs", "web", "web/local", "web/secrets")) {
            assertThat(stat(directory).getFile().getType()).as(directory).isEqualTo(FileType.FILE_TYPE_DIRECTORY);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,4,0123", "8,4,89", "10,4,''", "99,4,''", "0,0,0", "3,9999999,3456789"})
    void a_piece_of_a_file_is_read(long offset, int length, String expected) {
        assertThat(read("web/local/app.conf", offset, length)).isEqualTo(expected);
    }

    @Test
    void a_piece_has_at_most_256_kib() throws IOException {
        Files.write(allocation.resolve("alloc/data/large"), new byte[NodeLimits.LARGEST_FILE_PIECE + 1]);

        FileAnswer answer = ask(
                "alloc/data/large",
                question -> question.setRead(FileRange.newBuilder().setLength(Integer.MAX_VALUE)));

        assertThat(answer.getData().size()).isEqualTo(NodeLimits.LARGEST_FILE_PIECE);
        assertThat(answer.getFile().getSize()).isEqualTo(NodeLimits.LARGEST_FILE_PIECE + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nope",
                "web/nope",
                "web/driver",
                "web/driver/run",
                "late",
                "late/local",
                "alloc/nope",
                "+logs",
                "web/local/nope/x",
                "alloc/logs/nope"
            })
    void what_is_not_there_or_not_shown_is_missing(String path) {
        FileAnswer answer = stat(path);

        assertThat(answer.getMissing()).isTrue();
        assertThat(answer.getError()).isEqualTo("The allocation has no file \"%s\"".formatted(path));
    }

    @ParameterizedTest
    @CsvSource({
        "web/secrets/key, a task's secrets are shown to nobody",
        "web/secrets/nope, a task's secrets are shown to nobody",
        "web/../web, a path with \"..\" is not followed: write it without",
        "web/local/app.conf/x, is no directory",
    })
    void what_may_not_be_looked_at_is_refused(String path, String why) {
        for (FileAnswer answer : List.of(stat(path), ask(path, AllocationFilesTest::all), ask(path, first(10)))) {
            assertThat(answer.getMissing()).isFalse();
            assertThat(answer.getError()).contains(path).contains(why);
            assertThat(answer.getData()).isEqualTo(ByteString.EMPTY);
        }
    }

    @Test
    void the_names_of_secrets_are_not_listed() {
        FileAnswer answer = ask("web/secrets", AllocationFilesTest::all);

        assertThat(answer.getError()).contains("a task's secrets are shown to nobody");
        assertThat(answer.getFilesList()).isEmpty();
    }

    @Test
    void links_are_shown_and_never_followed() throws IOException {
        Files.createSymbolicLink(allocation.resolve("web/local/file"), dir.resolve("host-file"));
        Files.createSymbolicLink(allocation.resolve("web/local/dir"), dir);
        Files.createSymbolicLink(allocation.resolve("web/local/key"), allocation.resolve("web/secrets/key"));

        assertThat(stat("web/local/file").getFile().getType()).isEqualTo(FileType.FILE_TYPE_LINK);
        assertThat(list("web/local")).containsExactly("app.conf", "dir", "file", "key");
        for (String link : List.of("web/local/file", "web/local/key", "web/local/dir")) {
            assertThat(ask(link, first(100)).getError()).contains("is a link, which is not followed");
        }
        assertThat(ask("web/local/dir", AllocationFilesTest::all).getError()).contains("leads through a link");
        assertThat(ask("web/local/dir/host-file", first(100)).getError()).contains("leads through a link");
    }

    @Test
    void a_directory_that_a_task_has_replaced_by_a_link_leads_nowhere() throws IOException {
        Files.delete(allocation.resolve("web/local/app.conf"));
        Files.delete(allocation.resolve("web/local"));
        Files.createSymbolicLink(allocation.resolve("web/local"), dir);

        assertThat(ask("web/local", AllocationFilesTest::all).getFilesList()).isEmpty();
        assertThat(ask("web/local/host-file", first(100)).getData()).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void directories_and_pipes_are_not_read() throws Exception {
        Process mkfifo = new ProcessBuilder(
                        "mkfifo", allocation.resolve("alloc/data/pipe").toString())
                .start();
        assertThat(mkfifo.onExit().get().exitValue()).isZero();

        assertThat(ask("alloc/data/pipe", first(1)).getError()).contains("is no regular file");
        assertThat(stat("alloc/data/pipe").getFile().getType()).isEqualTo(FileType.FILE_TYPE_OTHER);
        for (String directory : List.of("/", "alloc", "alloc/data", "alloc/logs", "web", "web/local")) {
            assertThat(ask(directory, first(1)).getError()).as(directory).contains("is a directory: list it");
        }
    }

    @Test
    void a_large_directory_is_listed_in_pages() throws IOException {
        List<String> names = IntStream.range(0, 25).mapToObj("%02d"::formatted).toList();
        for (String name : names) {
            Files.createFile(allocation.resolve("alloc/data").resolve(name));
        }

        List<String> listed = new ArrayList<>();
        FileAnswer page;
        do {
            String after = listed.isEmpty() ? "" : listed.get(listed.size() - 1);
            page = ask(
                    "alloc/data",
                    question -> question.setList(
                            FileListing.newBuilder().setAfter(after).setLimit(10)));
            assertThat(page.getFilesCount()).isBetween(1, 10);
            page.getFilesList().forEach(file -> listed.add(file.getName()));
        } while (page.getMore());

        assertThat(listed).isEqualTo(names);
    }

    @Test
    void an_allocation_without_a_directory_says_that_its_files_are_gone() {
        FileAnswer answer = new AllocationFiles(dir.resolve("gone"), List.of("web"))
                .answer(FileQuestion.newBuilder().setPath("/").build());

        assertThat(answer.getMissing()).isTrue();
        assertThat(answer.getError())
                .isEqualTo("The files of the allocation were deleted after its end, or it has not started");
    }

    private List<String> list(String path) {
        FileAnswer answer = ask(path, AllocationFilesTest::all);
        assertThat(answer.getError()).isEmpty();
        return answer.getFilesList().stream().map(FileInfo::getName).toList();
    }

    private FileAnswer stat(String path) {
        return ask(path, question -> question);
    }

    private String read(String path, long offset, int length) {
        FileAnswer answer = ask(
                path,
                question -> question.setRead(
                        FileRange.newBuilder().setOffset(offset).setLength(length)));
        assertThat(answer.getError()).isEmpty();
        return answer.getData().toStringUtf8();
    }

    private static FileQuestion.Builder all(FileQuestion.Builder question) {
        return question.setList(FileListing.newBuilder().setLimit(NodeLimits.MOST_LISTED_FILES));
    }

    private static UnaryOperator<FileQuestion.Builder> first(int bytes) {
        return question -> question.setRead(FileRange.newBuilder().setLength(bytes));
    }

    private FileAnswer ask(String path, UnaryOperator<FileQuestion.Builder> operation) {
        return files.answer(operation
                .apply(FileQuestion.newBuilder().setRequestId(7).setPath(path))
                .build());
    }
}
