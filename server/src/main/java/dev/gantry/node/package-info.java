/**
 * The agent of one machine: session with the server, allocation runners, local state, logs.
 *
 * <p>Speaks to the server only through {@code NodeSessionService}; no SQL, no scheduling.
 */
package dev.gantry.node;
