package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProgramStartTest {

    /** All that a process hands on to what it starts, a line each. */
    private static final String STATE = """
            umask
            grep -E 'Sig(Blk|Ign)' /proc/self/status
            cat /proc/self/oom_score_adj
            read -r stat </proc/$$/stat
            set -- ${stat##*) }
            echo "session $(($4 - $$)) terminal $5 nice ${17}"
            cat /proc/self/limits
            for file in /proc/$$/fd/*; do echo "${file##*/}"; done
            env | grep -v '^_='
            """;

    /** Ways to start a node: in the background of a script, by a cautious shell, with a low priority, and so on. */
    private static final String SPOIL = """
            trap '' HUP INT QUIT
            umask 077
            echo 500 >/proc/self/oom_score_adj
            exec 9</dev/null
            exec env --block-signal=TERM,USR1 nice -n 5 prlimit --core=5000: --stack=4000000: --nproc=5000: -- "$@"
            """;

    @Test
    void the_state_of_a_program_does_not_depend_on_how_the_node_was_started() throws Exception {
        assumeThat(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
                .as("only root may raise a priority: skipped")
                .isEqualTo(0);

        String plain = startedBy("exec \"$@\"");
        String spoiled = startedBy(SPOIL);

        assertThat(spoiled).contains("node 0077").isNotEqualTo(plain);
        assertThat(programOf(spoiled)).isEqualTo(programOf(plain));
        assertThat(programOf(plain).lines())
                // Signals 32 and 33, bits 31 and 32: posix_spawn of glibc ignores them, and env can't reset them.
                .anyMatch(line -> line.matches("SigIgn:\\t0{7}[01][08]0{7}"))
                .contains("program 0022", "SigBlk:\t0000000000000000", "0", "session 0 terminal 0 nice 0")
                .anyMatch(line -> line.matches("Max core file size +0 .*"))
                .anyMatch(line -> line.matches("Max stack size +8388608 .*"))
                .noneMatch(line -> line.matches("Max open files +[0-9]{1,3} .*"))
                .doesNotContain("9");
        assertThat(plain + spoiled).doesNotContain("but from a ready shell");
    }

    @Test
    void a_ready_shell_that_was_killed_costs_no_program_and_an_unused_one_leaves_nothing() throws Exception {
        ProgramStart start = ProgramStart.with(System.getenv(), DriverFixture.LIMITS);
        Path said = Files.createTempFile("ready-shell", ".log");
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        ReadyShell killed = ReadyShell.start(start, List.of("/bin/sh"), Map.of("A", "a 'b' $c"), said);
        ProcessHandle shell = ProcessHandle.current()
                .children()
                .filter(child -> !before.contains(child))
                .findFirst()
                .orElseThrow();
        shell.destroyForcibly();
        shell.onExit().join();

        Process program = killed.become(List.of("/bin/sh", "-c", "echo \"$A $PWD $1\" >&2", "sh", "it's"));

        assertThat(program.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(said).hasContent("a 'b' $c / it's");
        ReadyShell.start(start, List.of("/bin/sh"), Map.of(), said).close();
        assertThat(ProcessHandle.current().children()).allMatch(before::contains);
        Files.delete(said);
    }

    @Test
    void a_program_has_the_given_environment_only() throws Exception {
        Process program = ProgramStart.with(
                        Map.of("PATH", System.getenv("PATH"), "GREETING", "hello"), DriverFixture.LIMITS)
                .builder(List.of("env"))
                .start();

        assertThat(new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                // The shell's own.
                .filteredOn(line -> !line.matches("(PWD|OLDPWD|SHLVL|_)=.*"))
                .containsExactlyInAnyOrder("PATH=" + System.getenv("PATH"), "GREETING=hello");
    }

    @Test
    void a_program_has_the_limits_of_the_nodes_options() throws Exception {
        ResourceLimits limits = ResourceLimits.ofNode(
                Map.of("rkt.ulimit.nofile", "700:800", "rkt.ulimit.core", "-1", "rkt.volumes.enabled", "true"));

        String seen =
                read(ProgramStart.with(System.getenv(), limits).builder(List.of("grep", "Max", "/proc/self/limits")));

        assertThat(seen)
                .containsPattern("Max open files +700 +800 ")
                .containsPattern("Max core file size +unlimited +unlimited ");
    }

    @Test
    void a_limit_that_the_machine_refuses_does_not_cost_the_others() throws Exception {
        // More than any kernel lets a process open.
        ResourceLimits limits =
                ResourceLimits.ofNode(Map.of("rkt.ulimit.nofile", "9999999999", "rkt.ulimit.fsize", "4096:8192"));

        String seen =
                read(ProgramStart.with(System.getenv(), limits).builder(List.of("grep", "Max", "/proc/self/limits")));

        // The node's own limit: the task's limit was lowered to it, or omitted.
        String own = read(new ProcessBuilder("sh", "-c", "ulimit -Hn")).strip();
        assertThat(seen)
                .containsPattern("Max file size +4096 +8192 ")
                .containsPattern("Max open files +[0-9]+ +" + own + " ");
    }

    private static String startedBy(String script) throws Exception {
        Process node = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        script,
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Node.class.getName())
                .redirectErrorStream(true)
                .start();
        return new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String programOf(String output) {
        return output.substring(output.indexOf("program "));
    }

    private static String read(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(10, TimeUnit.SECONDS);
        return output;
    }

    private static String readFromReadyShell(ProgramStart start, List<String> state)
            throws IOException, InterruptedException {
        Path errors = Files.createTempFile("ready-shell", ".log");
        List<String> toErrors =
                List.of("/bin/sh", "-c", "exec \"$@\" >&2", "sh", state.get(0), state.get(1), state.get(2));
        Process process =
                ReadyShell.start(start, List.of("/bin/sh"), Map.of(), errors).become(toErrors);
        process.waitFor(10, TimeUnit.SECONDS);
        String output = Files.readString(errors);
        Files.delete(errors);
        return output;
    }

    /** A process that is started as a node may be, and starts a program. */
    static final class Node {

        private Node() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            Map<String, String> environment = new TreeMap<>(HostEnvironment.forRkt(System.getenv()));
            List<String> state = List.of("/bin/sh", "-c", STATE);
            System.out.print("node " + read(new ProcessBuilder(state)));
            ProgramStart start = ProgramStart.with(environment, DriverFixture.LIMITS);
            String program = read(start.builder(state).directory(new File("/")));
            System.out.print("program " + program);
            String ready = readFromReadyShell(start, state);
            System.out.print(ready.equals(program) ? "" : "but from a ready shell " + ready);
        }
    }
}
