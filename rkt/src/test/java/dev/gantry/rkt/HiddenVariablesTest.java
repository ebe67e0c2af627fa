package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Variables of {@code --set-env-file}, which may be secrets, do not stand on the command lines of the host's programs. */
class HiddenVariablesTest extends RktTest {

    private static final String SECRET = "s3cret 'of\n\"two\" lines $x";

    @ParameterizedTest
    @CsvSource({"/bin/dash", "/bin/bash", "/bin/busybox"})
    void a_variable_of_a_file_reaches_the_app_and_commands_in_the_pod_but_not_the_command_line_of_env(Path shell)
            throws IOException {
        assumeTrue(Files.isExecutable(shell), shell + " is not installed: skipped");
        Path file = Files.writeString(
                directory.resolve("env"), "SECRET=" + SECRET + "\0Q=a\0HOME=/h\0lower=l\0with.dot=d\0");
        Path log = directory.resolve("words");
        String path = wrappedEnv(log) + ":" + System.getenv("PATH");
        Map<String, String> caller =
                Map.of("PATH", path, "Q", "of the caller", "LEAKED", "of the caller", "it's odd", "x");
        try (Rkt other = new Rkt(directory, "fly", Rkt.withShell(shell.toRealPath()))) {
            String uuid = other.prepare(
                    "--set-env-file=" + file,
                    "--set-env=OPEN=o",
                    image.toString(),
                    "--exec=/bin/sh",
                    "--",
                    "-c",
                    "env; echo ready; sleep 600");

            Rkt.Running running = other.start(caller, "run-prepared", "--net=host", uuid);
            try {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> running.out().contains("ready\n")
                                || !running.process().isAlive());
                assertThat(running.out())
                        .contains("SECRET=" + SECRET + "\n", "Q=a\n", "HOME=/h", "lower=l", "OPEN=o")
                        .doesNotContain("of the caller", "it's odd");
                assertThat(other.call(caller, "enter", uuid, "env").succeeded().out())
                        .contains("SECRET=" + SECRET + "\n", "Q=a\n", "HOME=/h", "lower=l", "with.dot=d", "OPEN=o")
                        .doesNotContain("of the caller", "it's odd");
            } finally {
                other.call("stop", "--force", uuid);
            }
        }
        assertThat(Files.readString(log)).contains("OPEN=o").doesNotContain("s3cret");
    }

    /** Makes an env(1) that notes the words that it is called with. */
    private String wrappedEnv(Path log) throws IOException {
        Path programs = Files.createDirectory(directory.resolve("programs"));
        Path env = Files.writeString(
                programs.resolve("env"),
                "#!/bin/sh\nprintf '%%s\\n' \"$*\" >> '%s'\nexec /usr/bin/env \"$@\"\n".formatted(log));
        Files.setPosixFilePermissions(env, PosixFilePermissions.fromString("rwxr-xr-x"));
        return programs.toString();
    }
}
