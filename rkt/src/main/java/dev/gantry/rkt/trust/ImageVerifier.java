package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Path;

/** Tells whether an image may be trusted to be whose its name says it is. */
@FunctionalInterface
public interface ImageVerifier {

    /**
     * Verifies an image before anything of it but its manifest is looked at.
     *
     * @param aci the image as it was published, compressed or not; a file that nobody else can change meanwhile
     * @param signature its detached OpenPGP signature, armored or not
     * @param imageName the name in the image's manifest, which decides the keys that may have made the signature; whoever
     *     looked for an image by name has compared the two
     * @throws RktException if no key that is trusted for this name made a valid signature
     * @throws IOException if a file can't be read
     */
    void verify(Path aci, Path signature, String imageName) throws IOException, RktException;

    /**
     * Looks for keys of an image that was discovered by its name and will be verified, as rkt does, when there are none
     * for just this name. They are trusted after a review, or without one if the user has asked for that ({@code
     * --trust-keys-from-https}); that none are found or trusted is told, and no failure: others may do.
     *
     * @param imageName the name that was asked for
     * @throws IOException if the trusted keys can't be read
     */
    default void findKeys(String imageName) throws IOException {}
}
