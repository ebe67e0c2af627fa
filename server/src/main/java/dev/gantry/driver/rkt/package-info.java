/**
 * The rkt driver: fingerprint, command lines, pod status.
 *
 * <p>Knows rkt by its command line alone, so that any implementation of it will do.
 */
package dev.gantry.driver.rkt;
