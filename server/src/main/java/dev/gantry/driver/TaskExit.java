package dev.gantry.driver;

import java.time.Instant;
import java.util.OptionalInt;

/**
 * The end of a task.
 *
 * @param exitCode its exit code, 128 and the signal's number if a signal ended it; empty if the code is lost, for
 *     instance because the machine was restarted
 * @param finishedAt the time of the end, as exactly as it is known
 * @param message a sentence for people
 */
public record TaskExit(OptionalInt exitCode, Instant finishedAt, String message) {

    /**
     * Decides whether the task succeeded.
     *
     * @return true if its exit code is known to be 0
     */
    public boolean isSuccess() {
        return exitCode.isPresent() && exitCode.getAsInt() == 0;
    }
}
