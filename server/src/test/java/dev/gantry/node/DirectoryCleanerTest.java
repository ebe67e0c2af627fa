package dev.gantry.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.model.EscalatingScheduler;
import dev.gantry.node.allocation.AllocationDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DirectoryCleanerTest {

    @TempDir
    Path dir;

    @Test
    void a_failed_deletion_is_retried_and_spares_a_directory_that_was_created_again() throws Exception {
        Path file = Files.createDirectories(dir.resolve("a1/alloc")).resolve("held");
        Files.createFile(file);
        assumeTrue(setImmutable(file, true), "this file system has no file that root can't delete");
        EscalatingScheduler thread = new EscalatingScheduler(Thread::new);
        try {
            DirectoryCleaner cleaner =
                    new DirectoryCleaner(new AllocationDirectories(dir), thread, Duration.ofMillis(20));

            cleaner.clean("a1", Optional.empty());

            Path aside = dir.resolve("a1.aside");
            await().until(() -> Files.exists(aside));
            Path again = Files.createDirectories(dir.resolve("a1/alloc")).resolve("new");
            Files.createFile(again);
            assertThat(setImmutable(aside.resolve("alloc/held"), false)).isTrue();
            await().until(() -> !Files.exists(aside));
            assertThat(again).exists();
        } finally {
            thread.shutdownNow();
            for (Path held : new Path[] {file, dir.resolve("a1.aside/alloc/held")}) {
                setImmutable(held, false);
            }
        }
    }

    private static boolean setImmutable(Path file, boolean immutable) throws IOException, InterruptedException {
        Process chattr = new ProcessBuilder("chattr", immutable ? "+i" : "-i", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return chattr.waitFor(20, TimeUnit.SECONDS) && chattr.exitValue() == 0;
    }
}
