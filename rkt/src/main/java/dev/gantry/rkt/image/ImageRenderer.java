package dev.gantry.rkt.image;

import dev.gantry.rkt.Durability;
import dev.gantry.rkt.FileLocks;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.DependencyTree.Part;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;

/**
 * Renders images: combines the files of an image and its dependencies in one tree. The tree is kept in the directory of
 * the image for its next pod. Its files are hard links to the images' files, which are never modified.
 */
public final class ImageRenderer {

    /** The directory of the trees, in the directory of the image. */
    static final String RENDERED = "rendered";

    private final ImageStore store;

    /**
     * Makes a renderer.
     *
     * @param store the images
     */
    public ImageRenderer(ImageStore store) {
        this.store = store;
    }

    /**
     * Renders an image.
     *
     * @param parts the images, of which the last one is rendered
     * @return the last image, with the files of all parts
     * @throws IOException if that fails
     * @throws RktException if this thread is interrupted
     */
    @SuppressWarnings("try") // the lock is held, not used
    public StoredImage render(List<Part> parts) throws IOException, RktException {
        Part last = parts.get(parts.size() - 1);
        StoredImage image = last.image();
        if (parts.size() == 1 && last.whitelists().isEmpty()) {
            return image;
        }
        Path rendered = image.directory().resolve(RENDERED).resolve(key(parts));
        try (WorkDirectory work = store.newWork();
                Closeable ignored = FileLocks.acquire(image.directory().resolve("rendering"))) {
            if (Files.notExists(rendered)) {
                Path rootfs = Files.createDirectory(work.path().resolve(StoredImage.ROOTFS));
                TreeOverlay overlay = new TreeOverlay(rootfs);
                for (Part part : parts) {
                    overlay.add(part.image().directory().resolve(StoredImage.ROOTFS), part.whitelists());
                }
                overlay.finish();
                Files.createDirectories(rendered.getParent());
                Durability.forceTree(rootfs);
                Files.move(rootfs, rendered, StandardCopyOption.ATOMIC_MOVE);
                Durability.force(rendered.getParent());
            }
        }
        return image.withRootfs(rendered);
    }

    /** Returns a key made from the ids of all parts: another image as a dependency makes another tree. */
    private static String key(List<Part> parts) {
        String ids =
                String.join("\n", parts.stream().map(part -> part.image().id()).toList());
        return UUID.nameUUIDFromBytes(ids.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
