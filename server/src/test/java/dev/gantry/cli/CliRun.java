package dev.gantry.cli;

import dev.gantry.cli.GantryCli.Program;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * The result of one run of the command line.
 *
 * @param exitCode its exit code
 * @param out all it wrote to standard output
 * @param err all it wrote to standard error
 */
record CliRun(int exitCode, String out, String err) {

    /** The wall clock's time in all tests. */
    static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");

    /** Reads no snapshots. */
    static final SnapshotQuestions NO_SNAPSHOTS = (file, scheduling, request) -> {
        throw new AssertionError("A snapshot is read: " + file);
    };

    /** Runs a command against a server. */
    static CliRun of(ScriptedCluster cluster, String... arguments) {
        return of(Map.of("GANTRY_ADDR", cluster.address()), "", arguments);
    }

    /** Runs a command against a server, on a machine with a clock of its own. */
    static CliRun of(ScriptedCluster cluster, InstantSource clock, String... arguments) {
        return of(Map.of("GANTRY_ADDR", cluster.address()), "", List.of(), clock, arguments);
    }

    /** Runs a command that reads from standard input. */
    static CliRun of(Map<String, String> environment, String in, String... arguments) {
        return of(environment, in, List.of(), () -> NOW, arguments);
    }

    /** Runs one of the commands that a program adds. */
    static CliRun of(Map<String, String> environment, List<Program> programs, String... arguments) {
        return of(environment, "", programs, () -> NOW, arguments);
    }

    private static CliRun of(
            Map<String, String> environment,
            String in,
            List<Program> programs,
            InstantSource clock,
            String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console =
                new Console(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), stream(out), stream(err));
        CliContext context = new CliContext(console, environment, clock, System::nanoTime);
        int exitCode =
                new GantryCli(context, () -> List.of("gantry 1.2.3", "Java 17"), programs, NO_SNAPSHOTS).run(arguments);
        return new CliRun(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
