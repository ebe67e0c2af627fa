package dev.gantry.rkt.appc;

import java.util.Map;
import java.util.Optional;

/**
 * A dependency of an image: another image, whose files lie below the image's own (appc spec/aci.md, "Dependency
 * Matching").
 *
 * @param imageName the name of the other image
 * @param imageId the required id of the other image; empty if any image with the name and labels matches
 * @param labels the labels that the other image must have
 */
public record Dependency(String imageName, Optional<String> imageId, Map<String, String> labels) {

    /**
     * Makes a dependency. Its labels are an unmodifiable copy.
     *
     * @param imageName the name of the other image
     * @param imageId the required id of the other image; empty if any image with the name and labels matches
     * @param labels the labels that the other image must have
     */
    public Dependency {
        labels = Map.copyOf(labels);
    }

    /**
     * Decides whether an image satisfies the dependency.
     *
     * @param id its id
     * @param manifest its manifest
     * @return whether name, labels and id are those of the dependency
     */
    public boolean isMetBy(String id, ImageManifest manifest) {
        return manifest.name().equals(imageName)
                && imageId.map(id::startsWith).orElse(true)
                && (imageId.isPresent() || manifest.labels().entrySet().containsAll(labels.entrySet()));
    }
}
