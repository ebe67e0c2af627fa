/**
 * Runs this program in processes of its own, for measurements and checks that look at it from outside.
 *
 * <p>Nothing here knows what the program does, or what is measured.
 */
package dev.gantry.process;
