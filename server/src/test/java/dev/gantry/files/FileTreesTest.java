package dev.gantry.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FileTreesTest {

    @TempDir
    Path root;

    @Test
    void a_tree_of_2500_nested_directories_with_the_longest_names_is_deleted() throws Exception {
        Path tree = nested(2500, "n".repeat(255));

        FileTrees.delete(tree);

        assertThat(root).isEmptyDirectory();
    }

    /** Made from its bottom to its top, ten directories at once: no path but that of the whole is too long. */
    private Path nested(int depth, String name) throws IOException {
        Path tree = Files.createFile(root.resolve("tree"));
        for (int made = 0; made < depth; made += 10) {
            Path bottom = Files.createDirectory(root.resolve("next"));
            for (int i = 1; i < 10; i++) {
                bottom = Files.createDirectory(bottom.resolve(name));
            }
            Files.move(tree, bottom.resolve(name));
            Files.move(root.resolve("next"), tree);
        }
        return tree;
    }

    @Test
    void many_deep_branches_are_deleted() throws Exception {
        Path tree = root.resolve("tree");
        for (int i = 0; i < 50; i++) {
            Path deep = tree.resolve("branch" + i);
            for (int depth = 0; depth < 70; depth++) {
                deep = deep.resolve("d");
            }
            Files.createDirectories(deep);
            Files.createFile(deep.resolve("file"));
        }

        FileTrees.delete(tree);

        assertThat(root).isEmptyDirectory();
    }

    @Test
    void what_links_lead_to_is_left() throws Exception {
        Path kept = Files.createDirectory(root.resolve("kept"));
        Files.createFile(kept.resolve("file"));
        Path tree = Files.createDirectory(root.resolve("tree"));
        Files.createSymbolicLink(tree.resolve("to-directory"), kept);
        Files.createSymbolicLink(tree.resolve("to-file"), kept.resolve("file"));
        Files.createSymbolicLink(root.resolve("top"), kept);

        FileTrees.delete(tree);
        FileTrees.delete(root.resolve("top"));

        assertThat(root).isDirectoryNotContaining(path -> !path.equals(kept));
        assertThat(kept.resolve("file")).exists();
    }

    @Test
    void a_directory_that_is_exchanged_for_a_link_meanwhile_leads_nowhere_else() throws Exception {
        Path kept = Files.createDirectory(root.resolve("kept"));
        for (int i = 0; i < 100; i++) {
            Files.createFile(kept.resolve("file" + i));
        }
        AtomicBoolean ended = new AtomicBoolean();
        Path tree = Files.createDirectory(root.resolve("tree"));
        Thread exchanger = new Thread(() -> {
            while (!ended.get()) {
                exchange(tree.resolve("a"), tree.resolve("b"), kept);
            }
        });
        exchanger.start();
        try {
            for (int round = 0; round < 40; round++) {
                try {
                    Files.createDirectories(tree.resolve("a"));
                    Files.createFile(tree.resolve("a").resolve("file" + round));
                    FileTrees.delete(tree);
                } catch (IOException e) {
                    // It may find new entries: it reports them and is tried again.
                }
            }
        } finally {
            ended.set(true);
            exchanger.join();
        }
        FileTrees.delete(tree);

        assertThat(tree).doesNotExist();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(kept, "file[0-9]*")) {
            assertThat(files).hasSizeGreaterThanOrEqualTo(100);
        }
        assertThat(kept.resolve("file99")).exists();
    }

    private static void exchange(Path directory, Path aside, Path target) {
        try {
            Files.move(directory, aside);
            Files.createSymbolicLink(directory, target);
            Files.delete(directory);
            Files.move(aside, directory);
        } catch (IOException e) {
            // The deletion was faster.
        }
    }

    @Test
    void directories_that_nobody_may_read_are_deleted_by_root() throws Exception {
        assumeTrue(isRoot(), "Only root may delete what nobody may read");
        Path inner = Files.createDirectories(root.resolve("tree/closed/inner"));
        Files.createFile(inner.resolve("file"));
        Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString("---------"));
        Files.setPosixFilePermissions(inner.getParent(), PosixFilePermissions.fromString("r--r--r--"));

        FileTrees.delete(root.resolve("tree"));

        assertThat(root).isEmptyDirectory();
    }

    @Test
    void a_mounted_directory_is_not_entered_and_the_failure_names_it() throws Exception {
        Path kept = Files.createDirectory(root.resolve("kept"));
        Files.createFile(kept.resolve("file"));
        Path mounted = Files.createDirectories(root.resolve("tree/sub/mounted"));
        Files.createFile(root.resolve("tree/sub/other"));
        assumeTrue(
                isRoot() && exitOf("mount --bind \"$1\" \"$2\"", kept.toString(), mounted.toString()) == 0,
                "This machine lets the test mount nothing");
        try {
            assertThatThrownBy(() -> FileTrees.delete(root.resolve("tree")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(mounted.toString())
                    .hasMessageContaining("busy");
        } finally {
            run("umount \"$1\"", mounted.toString());
        }

        assertThat(kept.resolve("file")).exists();
        assertThat(root.resolve("tree/sub/other")).doesNotExist();
    }

    @Test
    void a_single_file_is_deleted_and_a_missing_tree_is_none_of_its_business() throws Exception {
        Path file = Files.createFile(root.resolve("file"));

        FileTrees.delete(file);
        FileTrees.delete(file);
        FileTrees.delete(root.resolve("no/such/tree"));

        assertThat(root).isEmptyDirectory();
    }

    @Test
    void the_runtime_has_the_same_code() throws Exception {
        assertThat(code("src/main/java/dev/gantry/files/FileTrees.java"))
                .contains("SecureDirectoryStream")
                .isEqualTo(code("../rkt/src/main/java/dev/gantry/rkt/image/FileTrees.java"));
    }

    /** Returns the imports and the code of a class, without its package and its Javadoc. */
    private static String code(String file) throws IOException {
        String source = Files.readString(Path.of(file));
        return source.substring(source.indexOf("import "), source.indexOf("/**"))
                + source.substring(source.indexOf("public final class"));
    }

    private static boolean isRoot() throws IOException {
        return Integer.valueOf(0)
                .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid", LinkOption.NOFOLLOW_LINKS));
    }

    private static void run(String script, String... arguments) throws Exception {
        assertThat(exitOf(script, arguments)).isZero();
    }

    private static int exitOf(String script, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line).inheritIO().start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
