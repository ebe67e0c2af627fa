package dev.gantry.driver;

import java.time.Duration;

/**
 * The way to end a task.
 *
 * @param signal the first signal, such as {@code SIGTERM}
 * @param timeout how long it may take to end by itself, 0 or more; then it is killed
 */
public record TaskStop(String signal, Duration timeout) {

    /** The first signal for a task whose job names none, as in Nomad. */
    public static final String DEFAULT_SIGNAL = "SIGTERM";

    /**
     * Asks with the default signal.
     *
     * @param timeout how long the task may take to end by itself, 0 or more
     * @return how to end it
     */
    public static TaskStop within(Duration timeout) {
        return new TaskStop(DEFAULT_SIGNAL, timeout);
    }
}
