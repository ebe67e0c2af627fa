package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProgramStartTest {

    @Test
    void a_program_ignores_no_signal_although_the_node_was_started_in_the_background_of_a_script() throws Exception {
        Process node = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "trap '' HUP INT QUIT; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Node.class.getName())
                .redirectErrorStream(true)
                .start();

        String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        // Bits 0 and 1 are SIGHUP and SIGINT. Signals 32 and 33, bits 31 and 32, belong to the C library.
        assertThat(output)
                .containsPattern("node SigIgn:\t[0-9a-f]{15}[37bf]\n")
                .containsPattern("program SigIgn:\t0{7}[01][08]0{7}\n");
    }

    @Test
    void a_program_has_the_given_environment_only() throws Exception {
        Process program = ProgramStart.with(Map.of("PATH", System.getenv("PATH"), "GREETING", "hello"))
                .builder(List.of("env"))
                .start();

        assertThat(new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .containsExactlyInAnyOrder("PATH=" + System.getenv("PATH"), "GREETING=hello");
    }

    /** A process that is started as a node may be, and starts a program. */
    static final class Node {

        private Node() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            System.out.print("node " + read(new ProcessBuilder("grep", "SigIgn", "/proc/self/status")));
            System.out.print("program "
                    + read(ProgramStart.with(System.getenv()).builder(List.of("grep", "SigIgn", "/proc/self/status"))));
        }

        private static String read(ProcessBuilder builder) throws IOException, InterruptedException {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(10, TimeUnit.SECONDS);
            return output;
        }
    }
}
