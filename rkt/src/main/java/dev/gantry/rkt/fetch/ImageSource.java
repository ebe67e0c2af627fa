package dev.gantry.rkt.fetch;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.request.ImageReference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Gets images that are not stored, and stores them. */
@FunctionalInterface
public interface ImageSource {

    /**
     * Fetches, verifies and stores an image.
     *
     * @param reference any reference except a hash, which does not tell where the image is
     * @param signature the file of the signature; empty to use the publisher's place for it
     * @return the stored image
     * @throws RktException if it can't be found, or is refused
     * @throws IOException if the transfer breaks off, or the image can't be stored
     */
    StoredImage fetch(ImageReference reference, Optional<Path> signature) throws IOException, RktException;
}
