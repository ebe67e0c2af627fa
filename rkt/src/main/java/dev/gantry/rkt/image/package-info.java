/**
 * The image store: archives, their extraction within limits, the files of an image and its dependencies, and the check
 * of stored images.
 *
 * <p>Nothing here uses the network or decides about trust: images come in as streams.
 */
package dev.gantry.rkt.image;
