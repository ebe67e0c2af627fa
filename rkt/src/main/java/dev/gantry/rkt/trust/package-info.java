/**
 * Signatures: which keys are trusted for which images, how keys are found and reviewed, and whether an image is signed
 * by one of them.
 *
 * <p>Nothing here stores or fetches an image. The only package that uses the library for OpenPGP.
 */
package dev.gantry.rkt.trust;
