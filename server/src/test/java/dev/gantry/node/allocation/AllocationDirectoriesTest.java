package dev.gantry.node.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocationDirectoriesTest {

    @TempDir
    Path root;

    @Test
    void any_user_may_write_shared_directories_and_read_logs() throws IOException {
        AllocationDirectories directories = new AllocationDirectories(root);

        directories.create("a1");

        assertThat(permissions(root.resolve("a1/alloc/data"))).isEqualTo("rwxrwxrwx");
        assertThat(permissions(root.resolve("a1/alloc/tmp"))).isEqualTo("rwxrwxrwx");
        assertThat(permissions(root.resolve("a1/+logs"))).isEqualTo("rwxr-xr-x");
    }

    @Test
    void the_target_of_a_link_in_place_of_a_shared_directory_is_not_touched() throws IOException {
        AllocationDirectories directories = new AllocationDirectories(root);
        directories.create("a1");
        Path secret = Files.createDirectory(
                root.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (String name : new String[] {"data", "logs"}) {
            Files.deleteIfExists(root.resolve("a1/alloc").resolve(name));
            Files.createSymbolicLink(root.resolve("a1/alloc").resolve(name), secret);
        }

        directories.complete("a1");
        directories.prepare(directories.of("a1", "web"));

        assertThat(permissions(secret)).isEqualTo("rwx------");
        assertThat(secret).isEmptyDirectory();
        assertThat(root.resolve("a1/alloc/data")).isSymbolicLink();
        assertThat(Files.isSymbolicLink(root.resolve("a1/alloc/logs"))).isFalse();
    }

    @Test
    void tasks_that_start_together_all_get_their_directories() throws Exception {
        AllocationDirectories directories = new AllocationDirectories(root);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 200; round++) {
                String allocation = "a" + round;
                directories.create(allocation);
                if (round % 2 == 1) {
                    Files.createSymbolicLink(root.resolve(allocation).resolve("alloc/logs"), root);
                }
                List<Callable<Void>> starts = Stream.of("one", "two", "three", "four")
                        .<Callable<Void>>map(task -> () -> {
                            directories.prepare(directories.of(allocation, task));
                            return null;
                        })
                        .toList();
                for (Future<Void> start : threads.invokeAll(starts)) {
                    start.get();
                }
                assertThat(root.resolve(allocation).resolve("alloc/logs"))
                        .isDirectory()
                        .satisfies(
                                logs -> assertThat(Files.isSymbolicLink(logs)).isFalse());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
