package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandRunnerTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final CommandRunner runner = new CommandRunner(
            ProgramStart.with(Map.of("PATH", System.getenv("PATH"), "GREETING", "hello"), DriverFixture.LIMITS));

    @TempDir
    Path root;

    @Test
    void output_errors_and_exit_code_are_told_apart() throws Exception {
        assertThat(shell("echo $GREETING; echo oops >&2; cat; exit 3", LONG))
                .isEqualTo(new CommandResult(3, "hello\n", "oops\n"));
    }

    @Test
    void a_command_that_hangs_is_killed_with_all_that_it_started() throws Exception {
        Path child = root.resolve("child");

        assertThatThrownBy(() -> shell("sleep 60 & echo $! >" + child + "; wait", Duration.ofMillis(500)))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("did not end within 500 ms");

        long pid = Long.parseLong(Files.readString(child).strip());
        await().until(() -> ProcessIdentity.ofLiving(pid).isEmpty());
    }

    @Test
    void a_command_that_leaves_somebody_with_its_output_is_not_waited_for() throws Exception {
        CommandResult result = shell("sleep 60 & echo $!", LONG);

        assertThat(result.exitCode()).isZero();
        ProcessHandle.of(Long.parseLong(result.stdout().strip())).orElseThrow().destroyForcibly();
    }

    @Test
    void of_many_errors_the_last_are_kept() throws Exception {
        String errors = shell("seq 1 100000 >&2", LONG).stderr();

        assertThat(errors).endsWith("\n99999\n100000\n").hasSizeLessThan(64 << 10);
    }

    @Test
    void endless_output_is_an_error_and_not_an_exhausted_memory() {
        assertThatThrownBy(() -> shell("head -c 9000000 /dev/zero", LONG))
                .hasMessageContaining("printed more than 8 MiB");
    }

    @Test
    void a_command_that_is_not_there_says_so() {
        assertThatThrownBy(() -> runner.run(List.of("/no/such/rkt", "version"), root, LONG))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("/no/such/rkt version");
    }

    private CommandResult shell(String script, Duration limit) throws Exception {
        return runner.run(List.of("/bin/sh", "-c", script), root, limit);
    }
}
