/**
 * The gRPC services: check what comes in, call what does it, map what comes out. Thin.
 *
 * <p>The only package that knows gRPC status codes.
 */
package dev.gantry.api;
