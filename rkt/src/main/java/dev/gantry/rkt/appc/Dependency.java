package dev.gantry.rkt.appc;

import java.util.Map;
import java.util.Optional;

/**
 * An image whose files an image wants below its own (appc spec/aci.md, "Dependency Matching").
 *
 * @param imageName its name
 * @param imageId its id, if only that one will do
 * @param labels what it must be labelled with
 */
public record Dependency(String imageName, Optional<String> imageId, Map<String, String> labels) {

    /** Keeps the labels. */
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
