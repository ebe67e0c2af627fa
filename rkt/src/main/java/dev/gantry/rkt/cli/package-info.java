/**
 * The commands of the command line that need a JVM: their flags, their output, and the wiring of the other packages.
 *
 * <p>What a command does with images or pods belongs in the package of the thing; no other package uses this one.
 */
package dev.gantry.rkt.cli;
