package dev.gantry.cli;

import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The environment of a command.
 *
 * @param console the standard streams
 * @param environment the environment variables
 * @param clock the wall clock, for times that people read
 * @param nanoTime a monotonic clock, as {@link System#nanoTime}
 */
public record CliContext(Console console, Map<String, String> environment, InstantSource clock, LongSupplier nanoTime) {

    /** Makes the environment immutable. */
    public CliContext {
        environment = Map.copyOf(environment);
    }

    /**
     * Returns the environment of this process.
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
