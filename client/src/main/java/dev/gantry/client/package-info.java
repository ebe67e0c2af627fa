/**
 * The Java SDK: everything a program needs to submit, watch and stop jobs.
 *
 * <p>Begin with {@link dev.gantry.client.GantryClient}; describe jobs with {@link dev.gantry.client.Jobs}. What the
 * server says is handed out as the messages of {@code dev.gantry.v1}, which are immutable. Failures are
 * {@link dev.gantry.client.GantryException}s.
 *
 * <p>Has no server code. Depends on gRPC, Protocol Buffers and what these need, among them Guava.
 */
package dev.gantry.client;
