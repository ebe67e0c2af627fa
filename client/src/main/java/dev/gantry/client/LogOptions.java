package dev.gantry.client;

import dev.gantry.v1.LogStream;
import java.util.OptionalLong;

/**
 * Which log to read, and how.
 *
 * @param task the task; empty where the allocation has one only
 * @param stream standard output or standard error
 * @param tail begin with the last this many lines; empty: with the first byte
 * @param follow go on as the task writes, until it has ended
 */
public record LogOptions(String task, LogStream stream, OptionalLong tail, boolean follow) {

    /** All of the standard output of the only task, as far as it is written. */
    public static final LogOptions STDOUT =
            new LogOptions("", LogStream.LOG_STREAM_STDOUT, OptionalLong.empty(), false);

    /** All of the standard error of the only task, as far as it is written. */
    public static final LogOptions STDERR =
            new LogOptions("", LogStream.LOG_STREAM_STDERR, OptionalLong.empty(), false);

    /**
     * The same of another task.
     *
     * @param name the task
     * @return the options
     */
    public LogOptions ofTask(String name) {
        return new LogOptions(name, stream, tail, follow);
    }

    /**
     * The same, but only the end of what is written.
     *
     * @param lines how many lines, 0 or more
     * @return the options
     */
    public LogOptions tail(long lines) {
        return new LogOptions(task, stream, OptionalLong.of(lines), follow);
    }

    /**
     * The same, going on as the task writes.
     *
     * @return the options
     */
    public LogOptions following() {
        return new LogOptions(task, stream, tail, true);
    }
}
