package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Path;

/** Verifies that an image is by the publisher that its name names. */
@FunctionalInterface
public interface ImageVerifier {

    /**
     * Verifies an image. Must be called before any part of the image except the manifest is read.
     *
     * @param aci the file of the image as it was published, compressed or not; no other process may change it during
     *     the check
     * @param signature its detached OpenPGP signature, armored or not
     * @param imageName the name in the image's manifest, which decides the keys that may have made the signature; if
     *     the image was fetched by name, the caller has compared the two
     * @throws RktException if no key that is trusted for this name made a valid signature
     * @throws IOException if a file can't be read
     */
    void verify(Path aci, Path signature, String imageName) throws IOException, RktException;

    /**
     * Discovers keys for the name of an image that will be fetched and verified, as rkt does. Does nothing if there are
     * keys for exactly this name. A key is trusted after a review, or without one with {@code --trust-keys-from-https}.
     * If no key is found or trusted, prints a message and does not fail, since keys of a shorter prefix may be
     * sufficient.
     *
     * @param imageName the name that was asked for
     * @throws IOException if the trusted keys can't be read
     */
    default void findKeys(String imageName) throws IOException {}
}
