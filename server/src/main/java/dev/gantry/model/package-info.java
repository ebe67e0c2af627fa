/**
 * What all other packages speak of: the rules that the messages of {@code gantry.v1} carry with them (defaults, ends of
 * life, field violations).
 *
 * <p>The messages themselves are the model, as in SwarmKit: immutable, versioned, stored and sent as they are, so that no
 * layer maps one shape of a job to another. What they can't say of themselves is said here. No I/O, no gRPC, no SQL.
 */
package dev.gantry.model;
