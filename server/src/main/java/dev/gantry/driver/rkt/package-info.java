/**
 * The rkt driver: config, fingerprint, command lines, volumes, supervisors of pods, and their removal.
 *
 * <p>It uses rkt only by its command line, so that it works with any implementation. Therefore it shares no code with
 * the bundled runtime in {@code rkt/}, even where both have a class for the same purpose. Nothing here knows servers or
 * scheduling.
 */
package dev.gantry.driver.rkt;
