/**
 * Runs allocations: their directories, their tasks, and the states of both.
 *
 * <p>The owner thread owns the states of allocations and tasks. Each live task has a thread that prepares the task's
 * directory, calls the driver and waits. This thread reports to the owner thread, and keeps no state except its
 * commands.
 */
package dev.gantry.node.allocation;
