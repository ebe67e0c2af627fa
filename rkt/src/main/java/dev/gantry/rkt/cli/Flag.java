package dev.gantry.rkt.cli;

/**
 * A flag of a command line.
 *
 * @param name without dashes
 * @param value its value; for a flag without a value, the default of that form
 */
record Flag(String name, String value) {}
