package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Path;

/** Verifies that an image is by the publisher that its name names. */
@FunctionalInterface
public interface ImageVerifier {

    /**
     * Verifies an image. Called before anything of it but the manifest is read.
     *
     * @param aci the image as it was published, compressed or not; a file that no other process can change meanwhile
     * @param signature its detached OpenPGP signature, armored or not
     * @param imageName the name in the image's manifest, which decides the keys that may have made the signature; if
     *     the image was fetched by name, the caller has compared the two
     * @throws RktException if no key that is trusted for this name made a valid signature
     * @throws IOException if a file can't be read
     */
    void verify(Path aci, Path signature, String imageName) throws IOException, RktException;

    /**
     * Looks for keys of a name whose image will be fetched and verified, as rkt does, unless there are keys for exactly
     * this name. They are trusted after a review, or without one by {@code --trust-keys-from-https}. If none are found
     * or trusted, says so and does not fail: keys of a shorter prefix may do.
     *
     * @param imageName the name that was asked for
     * @throws IOException if the trusted keys can't be read
     */
    default void findKeys(String imageName) throws IOException {}
}
