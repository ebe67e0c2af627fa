package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A shell into which lines are pasted. It has namespaces of its own: processes, mounts, network and host name. So the lines
 * can be used unchanged, with their paths and ports, and all processes end with the shell.
 */
final class Terminal implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Process process;
    private final Writer input;
    private final Path log;
    private int pasted;
    private int read;

    private Terminal(Process process, Path log) {
        this.process = process;
        this.input = process.outputWriter(StandardCharsets.UTF_8);
        this.log = log;
    }

    /** Starts the shell in a directory. Its output, and that of what it runs, goes to a file. */
    static Terminal open(Path log, Path directory) throws IOException {
        ProcessBuilder shell = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--net",
                        "--pid",
                        "--uts",
                        "--fork",
                        "--kill-child",
                        "--mount-proc",
                        "bash",
                        "-s")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        shell.environment().keySet().removeIf(name -> name.startsWith("GANTRY_") || name.equals("XDG_CONFIG_HOME"));
        return new Terminal(shell.start(), log);
    }

    /** Pastes lines, waits until the shell has run them, and returns what was written meanwhile. */
    String paste(String lines) throws IOException {
        pasted++;
        // The mark is put together by the shell, so that it is not in what a shell says about its input.
        input.write("%s\nprintf 'pasted %%s\\n' %d\n".formatted(lines, pasted));
        input.flush();
        Pattern end = Pattern.compile("(?m)^pasted %d\n".formatted(pasted));
        Awaitility.await()
                .atMost(PATIENCE)
                .failFast("the shell has ended", () -> !process.isAlive())
                .untilAsserted(
                        () -> assertThat(Files.readString(log).substring(read)).containsPattern(end));
        Matcher found = end.matcher(Files.readString(log));
        assertThat(found.find(read)).isTrue();
        String output = Files.readString(log).substring(read, found.start());
        read = found.end();
        return output;
    }

    /** Returns a file as the shell sees it. */
    Path file(String absolute) {
        List<ProcessHandle> shells = process.children().toList();
        assertThat(shells).hasSize(1);
        return Path.of("/proc/%d/root%s".formatted(shells.get(0).pid(), absolute));
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().completeOnTimeout(process, 20, TimeUnit.SECONDS).join();
        process.destroyForcibly();
        input.close();
    }
}
