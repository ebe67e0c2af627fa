package dev.gantry.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program as it was built: what the launcher starts. */
final class Program {

    /** The root of the checkout. */
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private Program() {}

    static List<String> command(String... arguments) {
        return commandOf(ROOT, arguments);
    }

    /** The program that was built in a checkout. */
    static List<String> commandOf(Path root, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dgantry.rkt.bundled=" + root.resolve("rkt/bin/rkt"),
                "-jar",
                root.resolve("server/target/gantry-server.jar").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs something that ends by itself. Standard error is part of the output. */
    static Outcome run(ProcessBuilder builder) throws InterruptedException {
        try {
            Process process = builder.redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * How something ended.
     *
     * @param exitCode its exit code
     * @param output all that it wrote
     */
    record Outcome(int exitCode, String output) {}
}
