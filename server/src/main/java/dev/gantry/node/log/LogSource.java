package dev.gantry.node.log;

import dev.gantry.driver.TaskLog;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One output of a task.
 *
 * @param log its files
 * @param isDead whether the task has ended, so that nothing more will be written; asked on another thread
 * @param owner names the task, its allocation and its node, for people
 * @param whyNoFiles why there is nothing to read, and nothing to wait for, as long as there is no file; empty if that is
 *     no error
 */
public record LogSource(TaskLog log, BooleanSupplier isDead, String owner, Optional<String> whyNoFiles) {}
