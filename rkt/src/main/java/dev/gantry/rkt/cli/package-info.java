/**
 * The commands of the command line that need a JVM: their flags, their output, and the wiring of the other packages.
 *
 * <p>Work on images or pods belongs in the packages of these. No other package uses this one.
 */
package dev.gantry.rkt.cli;
