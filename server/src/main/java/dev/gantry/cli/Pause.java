package dev.gantry.cli;

import java.time.Duration;

/** Waits between two calls of a command to a server. */
final class Pause {

    private Pause() {}

    /**
     * Waits.
     *
     * @param duration the time to wait
     * @throws CommandFailedException if the thread is interrupted; it stays interrupted
     */
    static void of(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("was interrupted while it waited", e);
        }
    }
}
