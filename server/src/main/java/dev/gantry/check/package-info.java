/**
 * Checks a cluster from outside: drives real server processes and simulated nodes with random calls, injects faults, records
 * what everybody was told, and applies the {@link dev.gantry.check.history.Rules rules}.
 *
 * <p>Nothing of the server's inside may be used here: what is checked is what clients and nodes can see.
 */
package dev.gantry.check;
