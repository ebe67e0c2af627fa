package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.ImageCheck;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.pod.PodStore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code rkt image verify}: finds images whose files have changed, for example after a disk fault, and restores them
 * from their archives.
 */
final class ImageVerification {

    private ImageVerification() {}

    @SuppressWarnings("try") // the lock is held, not used
    static void run(Session session, List<String> operands) throws RktException, IOException {
        if (operands.isEmpty()) {
            throw new RktException("must provide at least one image ID");
        }
        Privileges.requireRoot();
        ImageStore store = session.images();
        try (Closeable ignored = store.lock(false)) {
            for (String operand : operands) {
                verify(session, store, operand);
            }
        }
    }

    private static void verify(Session session, ImageStore store, String operand) throws RktException, IOException {
        StoredImage image = ImageCommand.require(store, operand);
        boolean isWhole = new ImageCheck(store).check(image, (difference, right) -> {
            session.out()
                    .printf("tree cache verification failed for image %s: %s;  rebuilding...%n", operand, difference);
            session.out().flush();
            repair(session, store, image, right);
        });
        if (isWhole) {
            session.out().printf("successfully verified checksum for image: \"%s\" (\"%s\")%n", operand, image.id());
        }
    }

    private static void repair(Session session, ImageStore store, StoredImage image, Path right)
            throws RktException, IOException {
        PodStore pods = new PodStore(session.options().dataDirectory());
        List<String> users = pods.usersOf(image);
        if (!users.isEmpty()) {
            throw new RktException("unable to repair cache for image \"%s\": pods use it: %s"
                    .formatted(image.id(), String.join(", ", users)));
        }
        store.replaceFiles(image, right);
        // Rendered trees contain the damaged files as hard links.
        for (StoredImage other : store.all()) {
            for (Path tree : store.renderedTrees(other)) {
                if (pods.usersOf(tree).isEmpty()) {
                    store.removeTree(tree);
                }
            }
        }
    }
}
