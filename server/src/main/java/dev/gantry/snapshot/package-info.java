/**
 * The format of snapshot files: writing their parts, and reading and verifying a file. The parts themselves are messages of
 * {@code snapshot.proto}.
 *
 * <p>Knows no database: {@code store} makes the parts and uses them.
 */
package dev.gantry.snapshot;
