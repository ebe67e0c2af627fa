/**
 * Running allocations: their directories, a thread for each task that lives, what happened to them, and what becomes of
 * it all for the allocation.
 *
 * <p>One thread, the node's owner thread, owns all state here. Threads of tasks only call drivers, and report to it.
 */
package dev.gantry.node.allocation;
