/**
 * The gRPC services: check what comes in, call what does it, map what comes out. Thin.
 *
 * <p>The only package of the server that knows gRPC status codes: {@code StatusMapping} makes them of errors.
 */
package dev.gantry.api;
