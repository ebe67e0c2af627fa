/**
 * Runs the agent of one machine. This package connects the parts: {@code session} connects to the server, {@code
 * allocation} runs allocations, {@code state} stores their states on disk, {@code fingerprint} finds the attributes and
 * resources of the machine, {@code check} probes services, {@code environment} computes the variables of tasks, and
 * {@code log} reads the output of tasks.
 *
 * <p>Talks to the server only through {@code NodeSessionService}; no SQL, no scheduling.
 */
package dev.gantry.node;
