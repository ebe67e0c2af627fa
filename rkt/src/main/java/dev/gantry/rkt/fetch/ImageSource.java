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
     * @param reference any reference but a hash, which says nothing of where the image is
     * @param signature the file of its signature; empty to look where its publisher puts it
     * @return the stored image
     * @throws RktException if it can't be found, or is refused
     * @throws IOException if the transfer breaks off, or the image can't be stored
     */
    StoredImage fetch(ImageReference reference, Optional<Path> signature) throws IOException, RktException;
}
