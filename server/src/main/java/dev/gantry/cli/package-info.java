/**
 * The command line for people: parses, calls through the SDK, prints.
 *
 * <p>Speaks to the server only through {@code dev.gantry.client}. {@link dev.gantry.cli.GantryCli} puts it together; each
 * {@code …Command} is one command, each {@code …View} how one thing is shown.
 */
package dev.gantry.cli;
