package dev.gantry.driver;

import com.google.protobuf.ByteString;
import dev.gantry.model.LogLimits;
import dev.gantry.v1.LogConfig;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The directories of a task on its node, as in Nomad: {@code alloc/} is shared by the tasks of an allocation, {@code
 * TASK/} is the task's own.
 *
 * @param allocation the directory of the allocation, absolute
 * @param task the name of the task; valid names are safe as names of files
 */
public record TaskDirectory(Path allocation, String task) {

    /**
     * Returns the directory that the tasks of the allocation share; {@code /alloc} in the task.
     *
     * @return the directory
     */
    public Path shared() {
        return allocation.resolve("alloc");
    }

    /**
     * Returns the directory of this task. It has all other directories of the task in it, except {@link #shared()} and
     * the logs.
     *
     * @return the directory
     */
    public Path own() {
        return allocation.resolve(task);
    }

    /**
     * Returns the task's own directory; {@code /local} in the task.
     *
     * @return the directory
     */
    public Path local() {
        return own().resolve("local");
    }

    /**
     * Returns the directory that only the task may read; {@code /secrets} in the task.
     *
     * @return the directory
     */
    public Path secrets() {
        return own().resolve("secrets");
    }

    /**
     * Returns the directory of the driver's records of the task. The task does not see it.
     *
     * @return the directory
     */
    public Path driver() {
        return own().resolve("driver");
    }

    /**
     * Returns the directory of the node's records of the task's templates. The task does not see it.
     *
     * @return the directory
     */
    public Path templates() {
        return own().resolve("templates");
    }

    /**
     * Returns the directory with the outputs of all tasks of the allocation. Only the copiers of the outputs write
     * there; each task sees it read-only below its shared directory. The name is no valid name of a task.
     *
     * @return the directory
     */
    public Path logs() {
        return allocation.resolve("+logs");
    }

    /**
     * Returns the node's directory for the artifacts of all tasks of the allocation, before the tasks get them. Tasks don't see
     * it. The name is no valid name of a task.
     *
     * @return the directory
     */
    public Path artifacts() {
        return allocation.resolve("+artifacts");
    }

    /**
     * Returns the first file of the task's standard output. The names of later files end in {@code .1}, {@code .2} and
     * so on.
     *
     * @return the file
     */
    public Path stdout() {
        return logs().resolve(task + ".stdout.0");
    }

    /**
     * Returns the first file of the task's standard error. The names of later files end in {@code .1}, {@code .2} and
     * so on.
     *
     * @return the file
     */
    public Path stderr() {
        return logs().resolve(task + ".stderr.0");
    }

    /**
     * Reads the end of the task's standard error, regardless of its limits.
     *
     * @param limit how many bytes at most
     * @return the last bytes; empty if the task has written none
     * @throws IOException if they can't be read
     */
    public ByteString lastOfStderr(int limit) throws IOException {
        return stderr(LogLimits.of(LogConfig.getDefaultInstance())).last(limit);
    }

    /**
     * Returns the kept part of the task's standard output.
     *
     * @param limits of the task
     * @return the output
     */
    public TaskLog stdout(LogLimits limits) {
        return new TaskLog(logs(), task + ".stdout", limits);
    }

    /**
     * Returns the kept part of the task's standard error.
     *
     * @param limits of the task
     * @return the output
     */
    public TaskLog stderr(LogLimits limits) {
        return new TaskLog(logs(), task + ".stderr", limits);
    }
}
