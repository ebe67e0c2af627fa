package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.pod.PodStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code rkt image rm} of several images. An image is kept while a pod uses it, or while another kept image depends on
 * it. The caller holds the store's exclusive lock.
 */
final class ImageRemoval {

    private final Session session;
    private final ImageStore store;
    private final PodStore pods;
    private final List<StoredImage> all;

    /**
     * Makes a removal.
     *
     * @param session the environment of the command
     * @param store the images, locked
     * @throws IOException if the store can't be read
     * @throws RktException if an image in the store is damaged
     */
    ImageRemoval(Session session, ImageStore store) throws IOException, RktException {
        this.session = session;
        this.store = store;
        this.pods = new PodStore(session.options().dataDirectory());
        this.all = store.all();
    }

    /**
     * Removes the images that are not in use, and prints why the others are kept.
     *
     * @param asked the images
     * @return how many were removed
     * @throws IOException if one can't be removed
     */
    int remove(Set<StoredImage> asked) throws IOException {
        return removeAll(removable(asked, session::say));
    }

    /**
     * Removes the images that are not in use, and prints nothing about the others.
     *
     * @param unused the images
     * @return how many were removed
     * @throws IOException if one can't be removed
     */
    int removeUnused(Set<StoredImage> unused) throws IOException {
        return removeAll(removable(unused, reason -> {}));
    }

    private int removeAll(Set<StoredImage> going) throws IOException {
        int removed = going.size();
        while (!going.isEmpty()) {
            // Remove dependents first: a process that is killed half-way leaves no image without its dependencies.
            StoredImage next = going.stream()
                    .filter(image -> dependents(image, going).isEmpty())
                    .findFirst()
                    .orElseGet(() -> going.iterator().next());
            store.remove(next);
            going.remove(next);
            session.out().printf("successfully removed aci for image: \"%s\"%n", next.id());
        }
        return removed;
    }

    /**
     * Returns the images that may be removed. A kept image keeps its dependencies. The loop may have looked at these
     * before, so it repeats until nothing changes.
     */
    private Set<StoredImage> removable(Set<StoredImage> asked, Consumer<String> reasons) throws IOException {
        Set<StoredImage> going = new LinkedHashSet<>(asked);
        boolean isSettled = false;
        while (!isSettled) {
            isSettled = true;
            for (StoredImage image : List.copyOf(going)) {
                Optional<String> reason = reasonToStay(image, going);
                if (reason.isPresent()) {
                    reasons.accept("error removing aci for image \"%s\" (\"%s\"): %s"
                            .formatted(image.id(), image.manifest().name(), reason.get()));
                    going.remove(image);
                    isSettled = false;
                }
            }
        }
        return going;
    }

    private Optional<String> reasonToStay(StoredImage image, Set<StoredImage> going) throws IOException {
        List<StoredImage> staying = new ArrayList<>(all);
        staying.removeAll(going);
        List<String> dependents = dependents(image, staying);
        if (!dependents.isEmpty()) {
            return Optional.of("images depend on it: " + String.join(", ", dependents));
        }
        List<String> users = pods.usersOf(image);
        return users.isEmpty() ? Optional.empty() : Optional.of("pods use it: " + String.join(", ", users));
    }

    /** Returns the images that depend on this image. */
    private static List<String> dependents(StoredImage image, Collection<StoredImage> others) {
        return others.stream()
                .filter(other -> !other.equals(image))
                .filter(other -> other.manifest().dependencies().stream()
                        .anyMatch(dependency -> dependency.isMetBy(image.id(), image.manifest())))
                .map(other -> other.manifest().displayName())
                .toList();
    }
}
