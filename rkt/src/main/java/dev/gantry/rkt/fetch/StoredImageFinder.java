package dev.gantry.rkt.fetch;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Dependency;
import dev.gantry.rkt.fetch.Remotes.Remote;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.request.ImageReference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds stored images that may be used for a reference. A name or a URL does not determine the content of an image. So
 * an image that was fetched without verification must not count as verified later. A hash says which content is wanted,
 * so it may lead to any image.
 */
final class StoredImageFinder {

    private final ImageStore store;
    private final Remotes remotes;
    private final boolean unsignedAllowed;

    /**
     * Makes a finder.
     *
     * @param dataDirectory the data directory, which remembers where URLs led to
     * @param store its images
     * @param unsignedAllowed whether images need no signature
     */
    StoredImageFinder(Path dataDirectory, ImageStore store, boolean unsignedAllowed) {
        this.store = store;
        this.remotes = new Remotes(dataDirectory);
        this.unsignedAllowed = unsignedAllowed;
    }

    /**
     * Finds the image of a reference.
     *
     * @return the image; empty if no stored image may be used, and always for a file
     * @throws RktException if a hash is ambiguous, or too short to use an unverified image
     */
    Optional<StoredImage> find(ImageReference reference) throws IOException, RktException {
        if (reference instanceof ImageReference.Hash hash) {
            return find(hash);
        }
        if (reference instanceof ImageReference.Name name) {
            return store.find(name.name(), name.labels(), this::isUsable);
        }
        if (reference instanceof ImageReference.Url url) {
            return remembered(url.text()).filter(this::isUsable);
        }
        if (reference instanceof ImageReference.Docker docker) {
            return remembered(docker.image().toString()).filter(this::isUsable);
        }
        return Optional.empty();
    }

    /** Finds the image of a dependency, whatever the pull policy. */
    Optional<StoredImage> find(Dependency dependency) throws IOException, RktException {
        Optional<StoredImage> stored = dependency.imageId().isPresent()
                ? store.find(dependency.imageId().get())
                : store.find(dependency.imageName(), dependency.labels(), this::isUsable);
        return stored.filter(image -> dependency.isMetBy(image.id(), image.manifest()));
    }

    /** Finds an image of this name and these labels, verified or not. */
    Optional<StoredImage> findUnverified(ImageReference.Name name) throws IOException, RktException {
        return store.find(name.name(), name.labels());
    }

    private Optional<StoredImage> find(ImageReference.Hash hash) throws IOException, RktException {
        Optional<StoredImage> stored = store.find(hash.text());
        if (stored.isPresent() && !hash.isUnmistakable() && !isUsable(stored.get())) {
            throw new RktException(
                    ("\"%s\" is too short to identify an image, and the image %s was not verified when it was fetched:"
                                    + " give 32 digits, or --insecure-options=image")
                            .formatted(hash.text(), stored.get().id()));
        }
        return stored;
    }

    /** Returns the image that a URL led to when it was last fetched, if the image is still stored. */
    private Optional<StoredImage> remembered(String url) throws IOException, RktException {
        Optional<Remote> remote = remotes.find(url);
        return remote.isPresent() ? store.find(remote.get().imageId()) : Optional.empty();
    }

    private boolean isUsable(StoredImage stored) {
        return unsignedAllowed || stored.isVerified();
    }
}
