/**
 * Docker and OCI images: fetched from registries, and converted to App Container Images as rkt's docker2aci does.
 *
 * <p>The only package that uses the library for registries. The package {@code fetch} decides when a registry is asked
 * and records the results.
 */
package dev.gantry.rkt.docker;
