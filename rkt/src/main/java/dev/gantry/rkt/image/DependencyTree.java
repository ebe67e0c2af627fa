package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Dependency;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Lists the images whose files make an image: its dependencies in order, and their dependencies before them. */
public final class DependencyTree {

    /**
     * The most images of a tree. No image needs as many, but images that each depend twice on the next grow
     * exponentially.
     */
    private static final int MAX_IMAGES = 1000;

    private final Source source;

    /** Finds images that others depend on. */
    @FunctionalInterface
    public interface Source {

        /**
         * Finds, or fetches and stores, an image.
         *
         * @param dependency the image
         * @return the stored image
         * @throws RktException if it can't be provided
         * @throws IOException if the store can't be read or written
         */
        StoredImage find(Dependency dependency) throws IOException, RktException;
    }

    /**
     * An image, and the whitelists that select its files.
     *
     * @param image the image
     * @param whitelists the path whitelists of the image and of all images that depend on it; a file must be in each of
     *     them
     */
    public record Part(StoredImage image, List<Set<String>> whitelists) {

        /**
         * Makes a part. Its list of whitelists is an unmodifiable copy.
         *
         * @param image the image
         * @param whitelists the path whitelists of the image and of all images that depend on it; a file must be in
         *     each of them
         */
        public Part {
            whitelists = List.copyOf(whitelists);
        }
    }

    /**
     * Makes a tree.
     *
     * @param source finds the dependencies
     */
    public DependencyTree(Source source) {
        this.source = source;
    }

    /**
     * Lists the images.
     *
     * @param image the image to run
     * @return the images, lowest layer first; the image itself is the last
     * @throws RktException if one depends on itself, is missing or can't be fetched
     * @throws IOException if the store can't be read or written
     */
    public List<Part> parts(StoredImage image) throws IOException, RktException {
        List<Part> parts = new ArrayList<>();
        addParts(image, List.of(), List.of(), parts);
        return parts;
    }

    private void addParts(
            StoredImage image, List<Set<String>> whitelists, List<StoredImage> dependents, List<Part> parts)
            throws IOException, RktException {
        requireNoCircle(image, dependents);
        List<Set<String>> narrower = new ArrayList<>(whitelists);
        if (!image.manifest().pathWhitelist().isEmpty()) {
            narrower.add(image.manifest().pathWhitelist());
        }
        List<StoredImage> chain = new ArrayList<>(dependents);
        chain.add(image);
        for (Dependency dependency : image.manifest().dependencies()) {
            addParts(source.find(dependency), narrower, chain, parts);
        }
        if (parts.size() >= MAX_IMAGES) {
            throw new RktException("image \"%s\" depends on more than %d images"
                    .formatted(chain.get(0).manifest().displayName(), MAX_IMAGES));
        }
        parts.add(new Part(image, narrower));
    }

    private static void requireNoCircle(StoredImage image, List<StoredImage> dependents) throws RktException {
        if (dependents.stream().anyMatch(dependent -> dependent.id().equals(image.id()))) {
            List<String> names = new ArrayList<>();
            dependents.forEach(dependent -> names.add(dependent.manifest().displayName()));
            names.add(image.manifest().displayName());
            throw new RktException("images depend on each other: " + String.join(" -> ", names));
        }
    }
}
