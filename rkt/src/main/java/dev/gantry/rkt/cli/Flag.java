package dev.gantry.rkt.cli;

/**
 * A flag as it stands on a command line.
 *
 * @param name without dashes
 * @param value its value; for a flag without one, what it means then
 */
record Flag(String name, String value) {}
