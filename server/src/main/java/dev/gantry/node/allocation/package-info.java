/**
 * Running allocations: their directories, a thread for each task that lives, what happened to them, and what becomes of
 * it all for the allocation.
 *
 * <p>The node's owner thread owns the state of allocations and tasks. Each task that lives has a thread that prepares the
 * task's directory, calls its driver and waits; it reports to the owner thread, and keeps only what it was told to do.
 */
package dev.gantry.node.allocation;
