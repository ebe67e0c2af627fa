package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.Flags.Flag;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.pod.PodStore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * {@code rkt image gc}: removes rendered trees that no pod uses, and images that no pod was created from within the
 * grace period. An image is kept while a pod uses it, or while another kept image depends on it.
 */
final class ImageCollection {

    private static final String USUAL_GRACE_PERIOD = "24h0m0s";

    private ImageCollection() {}

    @SuppressWarnings("try") // the lock is held, not used
    static void run(Session session, Flags flags) throws UsageException, RktException, IOException {
        Duration grace = GoDuration.parse(
                new Flag("grace-period", flags.last("grace-period").orElse(USUAL_GRACE_PERIOD)));
        Privileges.requireRoot();
        ImageStore store = session.images();
        // While this lock is held, no pod is being prepared: so no image is about to be used.
        try (Closeable ignored = store.lock(false)) {
            removeUnusedTrees(session, store);
            Instant latest = session.clock().instant().minus(grace);
            Set<StoredImage> unused = new LinkedHashSet<>();
            for (StoredImage image : store.all()) {
                if (image.lastUsedAt().isBefore(latest)) {
                    unused.add(image);
                }
            }
            int removed = new ImageRemoval(session, store).removeUnused(unused);
            if (removed > 0) {
                session.say("%d image(s) successfully removed".formatted(removed));
            }
        }
    }

    /** Removes rendered trees that no pod uses; they are rendered again when they are needed. */
    private static void removeUnusedTrees(Session session, ImageStore store) throws IOException, RktException {
        PodStore pods = new PodStore(session.options().dataDirectory());
        for (StoredImage image : store.all()) {
            for (Path tree : store.renderedTrees(image)) {
                if (pods.usersOf(tree).isEmpty()) {
                    store.removeTree(tree);
                    session.say("removed treestore \"%s\" of image \"%s\"".formatted(tree.getFileName(), image.id()));
                }
            }
        }
    }
}
