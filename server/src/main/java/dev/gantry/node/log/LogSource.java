package dev.gantry.node.log;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * One output of a task.
 *
 * @param file where it is written
 * @param isDead whether the task has ended, so that nothing more will be written; asked on another thread
 */
public record LogSource(Path file, BooleanSupplier isDead) {}
