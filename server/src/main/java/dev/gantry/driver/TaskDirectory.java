package dev.gantry.driver;

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
     * Where the task's standard output goes.
     *
     * @return the file
     */
    public Path stdout() {
        return shared().resolve("logs").resolve(task + ".stdout.0");
    }

    /**
     * Where the task's standard error goes.
     *
     * @return the file
     */
    public Path stderr() {
        return shared().resolve("logs").resolve(task + ".stderr.0");
    }
}
