/**
 * Provides images: finds them in the store, or fetches them by URL, by discovery of their names, from docker registries
 * and from files. {@link dev.gantry.rkt.fetch.ImageProvider} is the way in.
 *
 * <p>How images are stored, extracted and rendered belongs in the package {@code image}; which keys are trusted, in
 * {@code trust}.
 */
package dev.gantry.rkt.fetch;
