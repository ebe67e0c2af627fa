/**
 * The Java SDK: everything a program needs to submit, watch and stop jobs.
 *
 * <p>Begin with {@link dev.gantry.client.GantryClient}; build jobs with {@link dev.gantry.client.Jobs}. Results are the
 * messages of {@code dev.gantry.v1}, which are immutable. Failures are {@link dev.gantry.client.GantryException}s.
 *
 * <p>Server code may not be here. The SDK depends on gRPC, Protocol Buffers and their dependencies, among them Guava.
 */
package dev.gantry.client;
