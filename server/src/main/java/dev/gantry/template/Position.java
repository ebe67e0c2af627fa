package dev.gantry.template;

/**
 * A place in a template.
 *
 * @param line the line, from 1
 * @param column the column in UTF-16 code units, from 1
 */
record Position(int line, int column) {}
