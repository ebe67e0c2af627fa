/**
 * The command line: parses arguments, calls the server through the SDK, prints results.
 *
 * <p>It calls the server only through {@code dev.gantry.client}. {@link dev.gantry.cli.GantryCli} assembles the
 * commands. Each {@code …Command} is one command; each {@code …View} shows one kind of object.
 */
package dev.gantry.cli;
