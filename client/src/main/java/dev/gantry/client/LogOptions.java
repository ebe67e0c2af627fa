package dev.gantry.client;

import dev.gantry.v1.LogStream;
import java.util.OptionalLong;

/**
 * Selects a log.
 *
 * @param task the task; may be empty if the allocation has only one
 * @param stream standard output or standard error
 * @param tail the number of last lines to begin with; empty to begin with a byte
 * @param offset the byte to begin with, counted from 0 since the first start of the task; empty to begin with the first
 *     byte, or as tail says
 * @param follow true to follow the log until the task has ended
 */
public record LogOptions(String task, LogStream stream, OptionalLong tail, OptionalLong offset, boolean follow) {

    /** The standard output of the only task, without following it. */
    public static final LogOptions STDOUT =
            new LogOptions("", LogStream.LOG_STREAM_STDOUT, OptionalLong.empty(), OptionalLong.empty(), false);

    /** The standard error of the only task, without following it. */
    public static final LogOptions STDERR =
            new LogOptions("", LogStream.LOG_STREAM_STDERR, OptionalLong.empty(), OptionalLong.empty(), false);

    /**
     * Selects a task.
     *
     * @param name the task's name
     * @return new options
     */
    public LogOptions ofTask(String name) {
        return new LogOptions(name, stream, tail, offset, follow);
    }

    /**
     * Begins with the last lines.
     *
     * @param lines the number of lines, 0 or more
     * @return new options
     */
    public LogOptions tail(long lines) {
        return new LogOptions(task, stream, OptionalLong.of(lines), OptionalLong.empty(), follow);
    }

    /**
     * Begins with a byte, or with the oldest that is kept if it was rotated away.
     *
     * @param first the byte, counted from 0 since the first start of the task
     * @return new options
     */
    public LogOptions from(long first) {
        return new LogOptions(task, stream, OptionalLong.empty(), OptionalLong.of(first), follow);
    }

    /**
     * Follows the log.
     *
     * @return new options
     */
    public LogOptions following() {
        return new LogOptions(task, stream, tail, offset, true);
    }
}
