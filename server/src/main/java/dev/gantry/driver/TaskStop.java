package dev.gantry.driver;

import java.time.Duration;

/**
 * The way to end a task.
 *
 * @param signal the first signal, such as {@code SIGTERM}
 * @param timeout the time that the task has to end by itself, 0 or more; then it is killed
 */
public record TaskStop(String signal, Duration timeout) {

    /** The first signal for a task whose job names no signal, as in Nomad. */
    public static final String DEFAULT_SIGNAL = "SIGTERM";

    /**
     * Returns a stop with the default signal.
     *
     * @param timeout the time that the task has to end by itself, 0 or more
     * @return the way to end the task
     */
    public static TaskStop within(Duration timeout) {
        return new TaskStop(DEFAULT_SIGNAL, timeout);
    }
}
