package dev.gantry.app;

import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.stop;
import static dev.gantry.app.ScriptJobs.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.node.file.AllocationFiles;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.EphemeralDisk;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileInfo;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.FileType;
import dev.gantry.v1.TaskEvent;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a node copies the data that an allocation takes over from another node. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DataCopyTest {

    private static final String FOREVER = "exec sleep 300";

    @TempDir
    Path dir;

    /** The directory of the other allocation, on another node. */
    private Path other;

    private NodeFixture node;

    @BeforeEach
    void start() throws Exception {
        node = NodeFixture.start(dir.resolve("node"));
        other = Files.createDirectories(dir.resolve("other/a1"));
        Files.createDirectories(other.resolve("alloc/data"));
        Files.createDirectories(other.resolve("main/local"));
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void data_is_copied_with_its_permissions_owners_and_links() throws Exception {
        byte[] large = new byte[700_000];
        new Random(1).nextBytes(large);
        Path rows = Files.write(
                Files.createDirectories(other.resolve("alloc/data/db/deep")).resolve("rows"), large);
        Files.setPosixFilePermissions(rows, PosixFilePermissions.fromString("rw-------"));
        Files.setAttribute(rows, "unix:uid", 999);
        Files.setAttribute(rows, "unix:gid", 998);
        Files.setPosixFilePermissions(rows.getParent(), PosixFilePermissions.fromString("rwx------"));
        Files.createFile(other.resolve("alloc/data/empty"));
        Files.createSymbolicLink(other.resolve("alloc/data/link"), Path.of("/etc/hostname"));
        Files.writeString(other.resolve("main/local/conf"), "x=1");
        Files.createDirectories(other.resolve("alloc/tmp"));
        node.server.answerData(this::answer);

        node.server.desire(heir(20, FOREVER));

        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);
        Path data = node.allocationDir("a2").resolve("alloc/data");
        assertThat(data.resolve("db/deep/rows")).hasBinaryContent(large);
        assertThat(Files.readAttributes(data.resolve("db/deep/rows"), "unix:uid,gid"))
                .containsEntry("uid", 999)
                .containsEntry("gid", 998);
        assertThat(permissions(data.resolve("db/deep/rows"))).isEqualTo("rw-------");
        assertThat(permissions(data.resolve("db/deep"))).isEqualTo("rwx------");
        assertThat(data.resolve("empty")).isEmptyFile();
        assertThat(Files.readSymbolicLink(data.resolve("link"))).isEqualTo(Path.of("/etc/hostname"));
        assertThat(node.allocationDir("a2").resolve("main/local/conf")).hasContent("x=1");
        assertThat(messages())
                .anyMatch(text -> text.startsWith("The data of allocation a1 was copied: 1 MiB in 6 files"));
    }

    @Test
    void holes_stay_holes_and_do_not_count_and_files_keep_their_times() throws Exception {
        Path sparse = other.resolve("alloc/data/sparse");
        FileTime changed = FileTime.from(Instant.parse("2026-01-02T03:04:05.678Z"));
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.writeBytes("begin");
            file.seek(600L << 20);
            file.writeBytes("middle");
            file.setLength(700L << 20);
        }
        Files.setLastModifiedTime(sparse, changed);
        Files.setLastModifiedTime(other.resolve("alloc/data"), changed);
        node.server.answerData(this::answer);

        node.server.desire(heir(10, FOREVER));

        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);
        Path data = node.allocationDir("a2").resolve("alloc/data");
        assertThat(Files.mismatch(data.resolve("sparse"), sparse)).isEqualTo(-1);
        assertThat(((Number) Files.getAttribute(data.resolve("sparse"), "size")).longValue())
                .isEqualTo(700L << 20);
        assertThat(kibOnDisk(data.resolve("sparse"))).isLessThan(1024);
        assertThat(Files.getLastModifiedTime(data.resolve("sparse"))).isEqualTo(changed);
        assertThat(Files.getLastModifiedTime(data)).isEqualTo(changed);
    }

    private static int kibOnDisk(Path file) throws IOException {
        Process du = new ProcessBuilder("du", "-k", file.toString()).start();
        return Integer.parseInt(
                new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\t", -1)[0]);
    }

    @Test
    void an_allocation_waits_for_the_end_of_the_other_one_and_asks_again_after_a_failure() throws Exception {
        Files.writeString(other.resolve("alloc/data/rows"), "1");
        AtomicInteger asked = new AtomicInteger();
        node.server.answerData(question -> switch (asked.getAndIncrement()) {
            case 0, 1 ->
                Optional.of(FileAnswer.newBuilder()
                        .setError("Allocation a1 has not ended")
                        .setRunning(true)
                        .build());
            case 2 ->
                Optional.of(FileAnswer.newBuilder().setError("not connected").build());
            default -> answer(question);
        });

        node.server.desire(heir(20, FOREVER));

        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.allocationDir("a2").resolve("alloc/data/rows")).hasContent("1");
        assertThat(asked.get()).isGreaterThan(4);
    }

    @Test
    void an_allocation_begins_without_data_that_is_deleted_or_too_much() throws Exception {
        node.server.answerData(question -> Optional.of(
                FileAnswer.newBuilder().setError("gone").setMissing(true).build()));
        node.server.desire(heir(20, FOREVER));
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(messages()).contains("Beginning without the data of allocation a1: its files were deleted");

        byte[] large = new byte[11 << 20];
        new Random(1).nextBytes(large);
        Files.write(other.resolve("alloc/data/rows"), large);
        node.server.answerData(this::answer);
        node.server.desire(named("a3", heir(10, FOREVER)));
        node.awaitStatus("a3", ClientStatus.CLIENT_STATUS_RUNNING);

        assertThat(node.allocationDir("a3").resolve("alloc/data")).isEmptyDirectory();
        assertThat(node.allocationDir("a3").resolve("+copy")).doesNotExist();
        assertThat(node.task("a3", "main").getEventsList().stream().map(TaskEvent::getMessage))
                .contains("Beginning without the data of allocation a1: it has more than the 10 MiB of ephemeral_disk");
    }

    @Test
    void answers_of_a_hostile_node_write_nothing_outside() throws Exception {
        Path outside = Files.createDirectories(dir.resolve("outside"));
        List<Consumer<FileAnswer.Builder>> lies = List.of(
                answer -> answer.addFiles(file("../../../../outside/x", FileType.FILE_TYPE_REGULAR)),
                answer -> answer.addFiles(file("..", FileType.FILE_TYPE_DIRECTORY)),
                answer -> answer.addFiles(link("a", outside.toString()))
                        .addFiles(file("a", FileType.FILE_TYPE_DIRECTORY)),
                answer -> answer.addFiles(link("a", "")),
                answer -> answer.addFiles(file("a", FileType.FILE_TYPE_REGULAR).setPermissions("rwsrwxrwx")));
        for (int i = 0; i < lies.size(); i++) {
            int lie = i;
            String id = "b" + i;
            node.server.answerData(question -> {
                FileAnswer.Builder answer = FileAnswer.newBuilder().setFile(file("", FileType.FILE_TYPE_DIRECTORY));
                if (question.hasRead()) {
                    return Optional.of(
                            answer.setData(ByteString.copyFromUtf8("x")).build());
                }
                if (question.getPath().equals("alloc/data")) {
                    lies.get(lie).accept(answer);
                }
                return Optional.of(answer.build());
            });
            node.server.desire(named(id, heir(20, FOREVER)));

            node.awaitStatus(id, ClientStatus.CLIENT_STATUS_RUNNING);
            assertThat(node.allocationDir(id).resolve("alloc/data")).as("%d", i).isEmptyDirectory();
        }
        assertThat(outside).isEmptyDirectory();
        assertThat(node.allocationDir("b0").getParent().getParent().resolve("outside"))
                .doesNotExist();
    }

    @Test
    void a_node_that_restarts_meanwhile_copies_again_and_a_finished_copy_stays() throws Exception {
        Files.writeString(other.resolve("alloc/data/rows"), "1");
        DesiredState heir = heir(20, FOREVER);
        node.server.desire(heir);
        node.awaitEvent("a2", "main", "DataCopy");
        node.restart();
        node.server.answerData(this::answer);

        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.allocationDir("a2").resolve("alloc/data/rows")).hasContent("1");
        assertThat(node.allocationDir("a2").resolve("+copied")).exists();
    }

    @Test
    void an_allocation_that_is_stopped_while_it_copies_ends() throws Exception {
        DesiredState heir = heir(20, FOREVER);
        node.server.desire(heir);
        node.awaitEvent("a2", "main", "DataCopy");

        node.server.desire(stop(heir));

        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.driver().started()).isEmpty();
    }

    private Optional<FileAnswer> answer(FileQuestion question) {
        return Optional.of(new AllocationFiles(other, List.of("main")).answer(question));
    }

    private List<String> messages() {
        return node.task("a2", "main").getEventsList().stream()
                .map(TaskEvent::getMessage)
                .toList();
    }

    private static String permissions(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    private static FileInfo.Builder file(String name, FileType type) {
        return FileInfo.newBuilder().setName(name).setType(type).setSize(1).setPermissions("rwxr-xr-x");
    }

    private static FileInfo.Builder link(String name, String target) {
        return file(name, FileType.FILE_TYPE_LINK).setLinkTarget(target);
    }

    private static DesiredState named(String id, DesiredState heir) {
        DesiredState.Builder state = heir.toBuilder();
        state.getAllocationsBuilder(0).setId(id).setJobId("job-" + id);
        state.getJobsBuilder(0).getJobBuilder().setId("job-" + id);
        return state.build();
    }

    private static DesiredState heir(int mib, String script) {
        DesiredState.Builder state = run("a2", task("main", script)).toBuilder();
        state.getAllocationsBuilder(0)
                .setSticky(true)
                .setDataOfAllocationId("a1")
                .setDataOfNodeId("node-b");
        state.getJobsBuilder(0)
                .getJobBuilder()
                .getTaskGroupsBuilder(0)
                .setEphemeralDisk(EphemeralDisk.newBuilder()
                        .setSizeMib(mib)
                        .setSticky(true)
                        .setMigrate(true));
        return state.build();
    }
}
