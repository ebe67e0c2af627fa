/**
 * Runs the server's part of a cluster: jobs, evaluations, deployments, node sessions and liveness, drains, services,
 * watches and garbage collection.
 *
 * <p>Knows no gRPC: the {@code api} package passes messages in and out.
 */
package dev.gantry.cluster;
