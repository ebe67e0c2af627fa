/**
 * The command line for people: parses, calls through the SDK, prints.
 *
 * <p>Speaks to the server only through {@code dev.gantry.client}.
 */
package dev.gantry.cli;
