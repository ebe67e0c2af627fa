/**
 * The Java SDK: everything a program needs to submit, watch and stop jobs.
 *
 * <p>No server code and no more dependencies than gRPC needs.
 */
package dev.gantry.client;
