package dev.gantry.rkt.fetch;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * The URLs of an image, and the name and labels that it must have.
 *
 * @param image the URL of the image
 * @param signature the URL of its signature
 * @param name the name that it must have; any if it was not asked for by name
 * @param labels the labels that it must have
 */
record ImageLocation(URI image, URI signature, Optional<String> name, Map<String, String> labels) {

    ImageLocation {
        labels = Map.copyOf(labels);
    }

    /** Makes the location of an image by its URL; the signature is beside it. */
    static ImageLocation of(URI image) {
        URI signature = image.resolve(image.getRawPath() + ".asc");
        return new ImageLocation(image, signature, Optional.empty(), Map.of());
    }
}
