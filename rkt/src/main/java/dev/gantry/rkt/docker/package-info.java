/**
 * Docker and OCI images: fetched from registries, and converted to App Container Images as rkt's docker2aci does.
 *
 * <p>The only package that uses the library for registries. When a registry is asked, and what is remembered of it,
 * belongs in the package {@code fetch}.
 */
package dev.gantry.rkt.docker;
