/**
 * The Java SDK: everything a program needs to submit, watch and stop jobs.
 *
 * <p>Begin with {@link dev.gantry.client.GantryClient}; describe jobs with {@link dev.gantry.client.Jobs}. What the
 * server says is handed out as the messages of {@code dev.gantry.v1}, which are immutable. Failures are
 * {@link dev.gantry.client.GantryException}s.
 *
 * <p>No server code and no more dependencies than gRPC needs.
 */
package dev.gantry.client;
