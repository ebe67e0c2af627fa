package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.driver.TaskExit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests tasks on a disk that is full when they end. */
@Timeout(60)
class FullDiskTest {

    @TempDir
    Path root;

    private DriverFixture fixture;

    @BeforeEach
    void mount() throws Exception {
        fixture = new DriverFixture(root);
        Files.createDirectories(fixture.allocations);
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs"), "This machine mounts no tmpfs here");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "-l");
    }

    @Test
    void a_task_that_has_done_its_work_counts_as_such_although_the_disk_is_full() throws Exception {
        fixture.rkt.app("cat /dev/zero >'" + fixture.allocations + "/filler' 2>/dev/null; exit 0");

        TaskExit exit = fixture.driver()
                .start(fixture.request("web", "{\"image\": \"a\"}"))
                .exit()
                .get(30, TimeUnit.SECONDS);

        assertThat(exit.message()).isEqualTo("Exit code 0");
        assertThat(exit.exitCode()).hasValue(0);
    }

    /** Returns true if the command succeeds; its last argument is the directory of the allocations. */
    private boolean run(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command))).inheritIO();
        builder.command().add(fixture.allocations.toString());
        return builder.start().waitFor() == 0;
    }
}
