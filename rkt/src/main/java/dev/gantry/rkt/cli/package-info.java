/** The commands that need image work, their flags and their output. */
package dev.gantry.rkt.cli;
