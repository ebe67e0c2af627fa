package dev.gantry.driver;

import com.google.protobuf.ByteString;
import dev.gantry.model.LogLimits;
import dev.gantry.v1.LogConfig;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Where a task lives on its node, as in Nomad: {@code alloc/} is shared by the tasks of an allocation, {@code TASK/} is
 * the task's own.
 *
 * @param allocation the directory of the allocation, absolute
 * @param task the name of the task; valid names are safe as names of files
 */
public record TaskDirectory(Path allocation, String task) {

    /**
     * What the tasks of the allocation share; {@code /alloc} in the task.
     *
     * @return the directory
     */
    public Path shared() {
        return allocation.resolve("alloc");
    }

    /**
     * What is this task's among the tasks of the allocation; all below but {@link #shared()} and the logs lies in it.
     *
     * @return the directory
     */
    public Path own() {
        return allocation.resolve(task);
    }

    /**
     * What is the task's own; {@code /local} in the task.
     *
     * @return the directory
     */
    public Path local() {
        return own().resolve("local");
    }

    /**
     * What only the task may read; {@code /secrets} in the task.
     *
     * @return the directory
     */
    public Path secrets() {
        return own().resolve("secrets");
    }

    /**
     * What the driver must remember of the task; not seen by the task.
     *
     * @return the directory
     */
    public Path driver() {
        return own().resolve("driver");
    }

    /**
     * The outputs of all tasks of the allocation, which their copiers write. No task can write there; each sees it below
     * its shared directory, read-only. No task can be named like it.
     *
     * @return the directory
     */
    public Path logs() {
        return allocation.resolve("+logs");
    }

    /**
     * The first file of the task's standard output. The later ones end in {@code .1}, {@code .2} and so on.
     *
     * @return the file
     */
    public Path stdout() {
        return logs().resolve(task + ".stdout.0");
    }

    /**
     * The first file of the task's standard error. The later ones end in {@code .1}, {@code .2} and so on.
     *
     * @return the file
     */
    public Path stderr() {
        return logs().resolve(task + ".stderr.0");
    }

    /**
     * Reads the end of the task's standard error, whatever its limits are.
     *
     * @param limit how many bytes at most
     * @return the bytes; none if there are none
     * @throws IOException if they can't be read
     */
    public ByteString lastOfStderr(int limit) throws IOException {
        return stderr(LogLimits.of(LogConfig.getDefaultInstance())).last(limit);
    }

    /**
     * All of the task's standard output that is kept.
     *
     * @param limits of the task
     * @return the output
     */
    public TaskLog stdout(LogLimits limits) {
        return new TaskLog(logs(), task + ".stdout", limits);
    }

    /**
     * All of the task's standard error that is kept.
     *
     * @param limits of the task
     * @return the output
     */
    public TaskLog stderr(LogLimits limits) {
        return new TaskLog(logs(), task + ".stderr", limits);
    }
}
