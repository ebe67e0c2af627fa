package dev.gantry.driver;

import java.time.Duration;
import java.util.List;

/**
 * A command to run inside a running task.
 *
 * @param line path of the executable, as the task sees it, and arguments
 * @param limit how long it may take before it is ended
 */
public record TaskCommand(List<String> line, Duration limit) {

    /** Makes the list immutable. */
    public TaskCommand {
        line = List.copyOf(line);
    }

    /**
     * The result of a command that ended.
     *
     * @param exitCode its exit code
     * @param output what it printed on stdout, then what it printed on stderr
     */
    public record Outcome(int exitCode, String output) {}
}
