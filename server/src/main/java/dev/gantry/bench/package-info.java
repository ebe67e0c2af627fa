/**
 * Measures a real server from outside: a process of its own, asked over gRPC, with its database on disk.
 *
 * <p>Nothing of the server's inside may be used here, but for the store's measure of what the database could do at
 * best.
 */
package dev.gantry.bench;
