package dev.gantry.node.log;

import dev.gantry.driver.TaskLog;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One output of a task.
 *
 * @param log the files of the output
 * @param isDead returns true if the task has ended and writes no more; called on the log thread
 * @param owner names the task, its allocation and its node, for people
 * @param whyNoFiles the error of a read while there are no files; empty if a read waits for them
 */
public record LogSource(TaskLog log, BooleanSupplier isDead, String owner, Optional<String> whyNoFiles) {}
