/** Which keys are trusted for which images, and whether an image is signed by one of them. */
package dev.gantry.rkt.trust;
