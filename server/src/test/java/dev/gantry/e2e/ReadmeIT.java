package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README, as its readers paste it. */
class ReadmeIT {

    private static final Pattern SHELL = Pattern.compile("(?s)```sh\\n(.*?)```\\n");
    private static final Pattern JOB =
            Pattern.compile("(?s)\\[docs/examples/greeter.hcl]\\(\\S+\\):\n\n```hcl\\n(.*?)```\\n");

    /**
     * Namespaces of its own for the README's lines: processes, mounts and network. So the lines can be used unchanged,
     * with their paths and ports, and all processes end with the shell.
     */
    private static final List<String> OWN_MACHINE =
            List.of("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-ec", """
            mount -t tmpfs tmpfs /srv
            mount -t tmpfs tmpfs /var/lib
            ip link set lo up
            exec bash -s
            """);

    @TempDir
    Path dir;

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void its_lines_work_pasted_all_at_once() throws Exception {
        Assumptions.assumeThat(System.getProperty("user.name"))
                .as("only root starts pods")
                .isEqualTo("root");
        ScratchCheckout checkout = ScratchCheckout.in(dir.resolve("checkout")).withRuntime();
        Path script = Files.writeString(
                dir.resolve("pasted"),
                String.join(
                                "\n",
                                SHELL.matcher(readme())
                                        .results()
                                        .map(found -> found.group(1))
                                        .toList())
                        + "wait\necho the end\n");
        Path log = dir.resolve("log");
        ProcessBuilder shell = new ProcessBuilder(OWN_MACHINE)
                .directory(checkout.root().toFile())
                .redirectInput(script.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        shell.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // A home of its own, since another server may leave its tokens under the same port.
        shell.environment().put("HOME", dir.toString());
        shell.environment().remove("XDG_CONFIG_HOME");

        Process process = shell.start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES))
                    .as(Files.readString(log))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }

        String output = Files.readString(log);
        assertThat(output)
                .contains(
                        "Nodes       = 1 ready",
                        "==> Job \"greeter\" is running",
                        "==> All allocations of the job have ended",
                        "Gantry node has stopped",
                        "Gantry server has stopped",
                        "the end")
                .containsPattern("127\\.0\\.0\\.1:\\d+ +- +greeter")
                .doesNotContain("error");
    }

    @Test
    void its_job_is_the_example() throws IOException {
        assertThat(JOB.matcher(readme()).results().map(found -> found.group(1)))
                .containsExactly(Files.readString(Program.ROOT.resolve("docs/examples/greeter.hcl")));
    }

    private static String readme() throws IOException {
        return Files.readString(Program.ROOT.resolve("README.md"));
    }
}
