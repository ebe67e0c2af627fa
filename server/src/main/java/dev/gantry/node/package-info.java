/**
 * Runs the agent of one machine. This package connects the parts: {@code session} speaks to the server, {@code
 * allocation} runs allocations, {@code state} remembers them on disk, {@code fingerprint} finds out what the machine
 * has, {@code check} asks services, {@code log} reads what tasks write.
 *
 * <p>Speaks to the server only through {@code NodeSessionService}; no SQL, no scheduling.
 */
package dev.gantry.node;
