/**
 * The gRPC services. They validate requests, call the parts of the server, and map results and failures to responses.
 *
 * <p>No other package of the server knows gRPC status codes; {@code StatusMapping} maps failures to them. Nothing here
 * decides what happens in the cluster.
 */
package dev.gantry.api;
