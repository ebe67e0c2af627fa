package dev.gantry.rkt.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    void a_single_file_is_deleted_and_a_missing_tree_is_none_of_its_business() throws Exception {
        Path file = Files.createFile(root.resolve("file"));

        FileTrees.delete(file);
        FileTrees.delete(file);
        FileTrees.delete(root.resolve("no/such/tree"));

        assertThat(root).isEmptyDirectory();
    }
}
