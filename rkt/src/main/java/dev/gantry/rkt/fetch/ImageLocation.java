package dev.gantry.rkt.fetch;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * Where an image is to be had, and what it must be.
 *
 * @param image where the image is
 * @param signature where its signature is
 * @param name the name that it must have; any if it was not asked for by name
 * @param labels the labels that it must have
 */
record ImageLocation(URI image, URI signature, Optional<String> name, Map<String, String> labels) {

    ImageLocation {
        labels = Map.copyOf(labels);
    }

    /** An image that was asked for by its URL, with the signature beside it. */
    static ImageLocation of(URI image) {
        URI signature = image.resolve(image.getRawPath() + ".asc");
        return new ImageLocation(image, signature, Optional.empty(), Map.of());
    }
}
