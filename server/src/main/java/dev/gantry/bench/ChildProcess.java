package dev.gantry.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A child process that runs this program. */
final class ChildProcess implements AutoCloseable {

    private static final long START_MILLIS = 60_000;
    private static final long POLL_MILLIS = 10;
    private static final long STOP_SECONDS = 60;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final Process process;
    private final String ready;

    private ChildProcess(Process process, String ready) {
        this.process = process;
        this.ready = ready;
    }

    /**
     * Starts the program and waits until its log says that it is ready.
     *
     * @param log where its output goes
     * @param javaOptions the options of the JVM
     * @param arguments the arguments of the program
     * @param pattern matches the line that reports readiness; it has one group
     * @throws IOException if it did not get ready
     * @throws InterruptedException if this thread was interrupted
     */
    static ChildProcess start(Path log, List<String> javaOptions, List<String> arguments, Pattern pattern)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(javaOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.gantry.app.Gantry"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new ChildProcess(process, awaitReady(process, log, pattern));
    }

    /** Returns the match of the pattern's group. */
    String ready() {
        return ready;
    }

    /** The CPU time of all its threads so far, in seconds; 0 if the system does not tell. */
    double cpuSeconds() {
        return process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L) / MILLIS_PER_SECOND;
    }

    /** Kills it, as {@code kill -9} does, and waits for its end. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Asks it to end, and waits for it. */
    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .completeOnTimeout(process, STOP_SECONDS, TimeUnit.SECONDS)
                .join();
        process.destroyForcibly();
    }

    private static String awaitReady(Process process, Path log, Pattern pattern)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
        while (System.nanoTime() < deadline && process.isAlive()) {
            Matcher found = pattern.matcher(Files.readString(log));
            if (found.find()) {
                return found.group(1);
            }
            process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
        process.destroyForcibly();
        throw new IOException("It did not get ready; it said: " + Files.readString(log));
    }
}
