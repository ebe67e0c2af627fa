/**
 * The history of a checked cluster, and the rules that it must keep.
 *
 * <p>Functions of what was recorded: no clock, no I/O, no threads, nothing of the server's inside.
 */
package dev.gantry.check.history;
