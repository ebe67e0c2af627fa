/**
 * Placement as a pure function: what the cluster is and a job go in, a plan comes out.
 *
 * <p>No I/O, no clock, no randomness of its own, no database, no gRPC.
 */
package dev.gantry.scheduler;
