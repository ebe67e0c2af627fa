/**
 * Certificates: makes them, reads them from files, and tells the role of the one who holds one. Not here: the transport
 * that uses them, which is in {@code api} and {@code node}.
 */
package dev.gantry.tls;
