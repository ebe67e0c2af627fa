package dev.gantry.cli;

import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a command has of the world around it.
 *
 * @param console where it reads and writes
 * @param environment the environment variables
 * @param clock what the time is, for people
 * @param nanoTime measures what passes, as {@link System#nanoTime}: it never jumps
 */
public record CliContext(Console console, Map<String, String> environment, InstantSource clock, LongSupplier nanoTime) {

    /** Makes the environment immutable. */
    public CliContext {
        environment = Map.copyOf(environment);
    }

    /**
     * The process's own.
     *
     * @return the context
     */
    public static CliContext system() {
        return new CliContext(Console.system(), System.getenv(), InstantSource.system(), System::nanoTime);
    }

    void print(String line) {
        console.out().println(line);
    }
}
