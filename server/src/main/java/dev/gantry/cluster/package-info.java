/**
 * What makes one cluster of a store and many nodes: the evaluation loop, node liveness, node sessions, watches.
 *
 * <p>Knows no gRPC: the api package brings messages here and takes them away.
 */
package dev.gantry.cluster;
