package dev.gantry.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A child process that runs this program. */
public final class ChildProcess implements AutoCloseable {

    private static final long START_MILLIS = 60_000;
    private static final long POLL_MILLIS = 10;
    private static final long STOP_SECONDS = 60;
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final double KIB_PER_MIB = 1024;
    private static final Pattern PROPORTIONAL = Pattern.compile("Pss: +(\\d+) kB");

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
    public static ChildProcess start(Path log, List<String> javaOptions, List<String> arguments, Pattern pattern)
            throws IOException, InterruptedException {
        Process process = builder(log, javaOptions, arguments).start();
        try {
            return new ChildProcess(process, awaitReady(process, log, pattern));
        } catch (IOException | InterruptedException | RuntimeException e) {
            // Nobody else knows the process yet.
            process.destroyForcibly();
            throw e;
        }
    }

    /**
     * Runs the program until it ends.
     *
     * @param log where its output goes
     * @param javaOptions the options of the JVM
     * @param arguments the arguments of the program
     * @throws IOException if it failed
     * @throws InterruptedException if this thread was interrupted
     */
    public static void run(Path log, List<String> javaOptions, List<String> arguments)
            throws IOException, InterruptedException {
        Process process = builder(log, javaOptions, arguments).start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("%s failed: %s".formatted(String.join(" ", arguments), Files.readString(log)));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static ProcessBuilder builder(Path log, List<String> javaOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(javaOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.gantry.app.Gantry"));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    }

    /** Returns what the group of the pattern has matched. */
    public String ready() {
        return ready;
    }

    /** The CPU time of all its threads so far, in seconds; 0 if the system does not tell. */
    public double cpuSeconds() {
        return process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L) / MILLIS_PER_SECOND;
    }

    /** Returns the id of the process. */
    public long pid() {
        return process.pid();
    }

    /** The memory that it and all its descendants take, each page shared by several processes in parts, in MiB. */
    public Memory memory() throws IOException {
        long others = 0;
        for (ProcessHandle descendant : process.descendants().toList()) {
            others += proportionalKib(descendant.pid());
        }
        return new Memory(proportionalKib(process.pid()) / KIB_PER_MIB, others / KIB_PER_MIB);
    }

    /**
     * Memory in MiB.
     *
     * @param own of the process itself
     * @param descendants of all that it has started
     */
    public record Memory(double own, double descendants) {}

    /** Returns 0 for a process that has ended. */
    private static long proportionalKib(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
            return lines.map(PROPORTIONAL::matcher)
                    .filter(Matcher::matches)
                    .mapToLong(found -> Long.parseLong(found.group(1)))
                    .sum();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Kills it, as {@code kill -9} does, and waits for its end. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Tells whether it has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Stops it where it is, as {@code kill -STOP} does, until {@link #resume}.
     *
     * @throws IOException if the system's {@code kill} can't be run
     * @throws InterruptedException if this thread was interrupted
     */
    public void pause() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /**
     * Lets it go on after {@link #pause}.
     *
     * @throws IOException if the system's {@code kill} can't be run
     * @throws InterruptedException if this thread was interrupted
     */
    public void resume() throws IOException, InterruptedException {
        signal("-CONT");
    }

    /** Java itself can only end processes. A process that has ended meanwhile gets no signal, which is no failure. */
    private void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
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
        throw new IOException("It did not get ready; it said: " + Files.readString(log));
    }
}
