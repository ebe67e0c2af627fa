/**
 * The rules that belong to the messages of {@code gantry.v1} and that all other packages share: defaults, statuses,
 * limits, conversions.
 *
 * <p>The messages themselves are the model, as in SwarmKit: immutable, versioned, stored and sent unchanged, so that no
 * layer converts a job from one class to another. I/O, gRPC and SQL may not be here.
 */
package dev.gantry.model;
