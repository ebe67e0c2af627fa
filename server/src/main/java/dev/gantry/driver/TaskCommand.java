package dev.gantry.driver;

import java.time.Duration;
import java.util.List;

/**
 * A command to run inside a running task.
 *
 * @param line path of the executable, as the task sees it, and arguments
 * @param limit the time limit; after it the command is killed
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
     * @param output the command's stdout, followed by its stderr
     */
    public record Outcome(int exitCode, String output) {}
}
