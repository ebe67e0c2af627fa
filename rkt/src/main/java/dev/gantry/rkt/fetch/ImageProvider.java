package dev.gantry.rkt.fetch;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Dependency;
import dev.gantry.rkt.image.DependencyTree;
import dev.gantry.rkt.image.ImageRenderer;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.request.FetchOptions;
import dev.gantry.rkt.request.ImageReference;
import dev.gantry.rkt.request.PullPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Provides commands with the images that they name. Every image takes these steps: find it in the store; fetch it if it
 * is not there or the pull policy is "update"; do the same for its dependencies; render the files of all these images.
 */
public final class ImageProvider {

    private final StoredImageFinder finder;
    private final ImageSource source;
    private final ImageRenderer renderer;
    private final PullPolicy policy;

    /**
     * Makes a provider.
     *
     * @param dataDirectory the data directory
     * @param store its images
     * @param options which images are fetched, and whether they must be verified
     * @param source fetches images
     */
    public ImageProvider(Path dataDirectory, ImageStore store, FetchOptions options, ImageSource source) {
        this.finder = new StoredImageFinder(dataDirectory, store, options.unsignedAllowed());
        this.source = source;
        this.renderer = new ImageRenderer(store);
        this.policy = options.policy();
    }

    /**
     * Provides an image, and all that it depends on.
     *
     * @param reference the image
     * @param signature the file of its signature ({@code --signature}); empty to look where its publisher puts it
     * @return the stored image, with its own files and those of its dependencies
     * @throws RktException if it can't be found, fetched or trusted, in rkt's words where the contract has them
     * @throws IOException if a file or the store can't be read or written
     */
    public StoredImage provide(ImageReference reference, Optional<Path> signature) throws IOException, RktException {
        StoredImage image = storedOrFetched(reference, signature);
        return renderer.render(new DependencyTree(this::dependency).parts(image));
    }

    private StoredImage storedOrFetched(ImageReference reference, Optional<Path> signature)
            throws IOException, RktException {
        Optional<StoredImage> stored = finder.find(reference);
        if (reference instanceof ImageReference.Hash) {
            return stored.orElseThrow(() -> new RktException(
                    "could not resolve image \"%s\": no image of this hash is stored".formatted(reference.text())));
        }
        if (stored.isPresent() && policy != PullPolicy.UPDATE) {
            return stored.get();
        }
        try {
            return fetch(reference, signature);
        } catch (RktException e) {
            if (stored.isEmpty() && reference instanceof ImageReference.Name name) {
                throw withUnverified(name, e);
            }
            throw e;
        }
    }

    /** Provides a dependency. A stored dependency is used whatever the pull policy says. */
    private StoredImage dependency(Dependency dependency) throws IOException, RktException {
        Optional<StoredImage> stored = finder.find(dependency);
        if (stored.isPresent()) {
            return stored.get();
        }
        String name = dependency.imageName();
        StoredImage fetched = fetch(new ImageReference.Name(name, name, dependency.labels()), Optional.empty());
        if (!dependency.isMetBy(fetched.id(), fetched.manifest())) {
            throw new RktException("dependency \"%s\" led to %s, not %s"
                    .formatted(
                            name, fetched.id(), dependency.imageId().orElse("an image of this name and its labels")));
        }
        return fetched;
    }

    /**
     * Fetches an image if the pull policy allows it. Every policy allows reading a file, which is on this machine
     * already.
     */
    private StoredImage fetch(ImageReference reference, Optional<Path> signature) throws IOException, RktException {
        if (policy == PullPolicy.NEVER && !(reference instanceof ImageReference.LocalFile)) {
            throw new RktException("unable to fetch image from \"%s\": it is not stored, and the pull policy is never"
                    .formatted(reference.text()));
        }
        return source.fetch(reference, signature);
    }

    /** Adds to a failure that an image of the name is stored but was not verified. */
    private RktException withUnverified(ImageReference.Name name, RktException failure)
            throws IOException, RktException {
        Optional<StoredImage> unverified = finder.findUnverified(name);
        return unverified.isEmpty()
                ? failure
                : new RktException(
                        "%s; the stored image %s was not verified when it was fetched, so only --insecure-options=image uses it"
                                .formatted(
                                        failure.getMessage(), unverified.get().id()),
                        failure);
    }
}
