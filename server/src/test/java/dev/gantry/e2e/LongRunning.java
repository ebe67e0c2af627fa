package dev.gantry.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A server or a node in a process of its own. */
final class LongRunning implements AutoCloseable {

    private static final long TERM_SECONDS = 20;
    private static final Duration READY = Duration.ofSeconds(60);

    private final Process process;
    private final Path log;

    private LongRunning(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static LongRunning start(Path log, String... arguments) {
        return start(log, new ProcessBuilder(Program.command(arguments)));
    }

    /** Starts something else than the program as it was built. */
    static LongRunning start(Path log, ProcessBuilder builder) {
        try {
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new LongRunning(process, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a line of the log and answers what the pattern's first group matched. */
    String await(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        Awaitility.await()
                .alias("\"%s\" in %s".formatted(pattern, log))
                .atMost(READY)
                .failFast("the process has ended; its log is " + log, () -> !process.isAlive())
                .until(() -> wanted.matcher(log()).find());
        Matcher found = wanted.matcher(log());
        return found.find() && found.groupCount() > 0 ? found.group(1) : "";
    }

    /** Ends it as a machine that loses power does, as far as a process can tell. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Sends it a signal, such as STOP. */
    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new AssertionError("It can't be sent " + name);
        }
    }

    /** Asks it to end (SIGTERM) and answers its exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(TERM_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("It did not end within %d s of SIGTERM: %s".formatted(TERM_SECONDS, log()));
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .completeOnTimeout(process, TERM_SECONDS, TimeUnit.SECONDS)
                .join();
        process.destroyForcibly();
    }

    /** Returns all that it has written so far. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
