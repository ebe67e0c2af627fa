/**
 * Signatures: finds, reviews and stores the keys that are trusted for images, and verifies that such a key has signed
 * an image.
 *
 * <p>Nothing here stores or fetches an image. The only package that uses the library for OpenPGP.
 */
package dev.gantry.rkt.trust;
