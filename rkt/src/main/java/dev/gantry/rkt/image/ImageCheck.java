package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.tar.ExtendedAttributes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Checks stored images for damage: compares the archive with its hash, which is the id, and the files with those of the
 * archive, which is extracted once more.
 */
public final class ImageCheck {

    private final ImageStore store;

    /**
     * Makes a check.
     *
     * @param store the images
     */
    public ImageCheck(ImageStore store) {
        this.store = store;
    }

    /**
     * Compares an image's files with its archive.
     *
     * @param image the image
     * @param whenDamaged is called with the first difference and a directory with the right files, which it may move
     *     away; not called if nothing differs
     * @return true if nothing differs
     * @throws RktException if the archive itself is damaged
     * @throws IOException if a file can't be read
     */
    public boolean check(StoredImage image, Repair whenDamaged) throws IOException, RktException {
        Path archive = image.archiveFile();
        String id;
        try (InputStream in = Files.newInputStream(archive)) {
            id = ImageStore.idOf(in);
        }
        if (!id.equals(image.id())) {
            throw new RktException("the archive of image \"%s\" is damaged: remove the image and fetch it again"
                    .formatted(image.id()));
        }
        try (WorkDirectory work = store.newWork()) {
            Path right = Files.createDirectory(work.path().resolve(StoredImage.ROOTFS));
            new AciExtractor(right, store.limits(), Files.size(archive)).extract(archive);
            Path stored = image.directory().resolve(StoredImage.ROOTFS);
            Optional<String> difference = difference(right, stored, "/");
            if (difference.isPresent()) {
                whenDamaged.repair(difference.get(), right);
            }
            return difference.isEmpty();
        }
    }

    /** Repairs a damaged image. */
    @FunctionalInterface
    public interface Repair {

        /**
         * Repairs an image, or refuses.
         *
         * @param difference the first difference
         * @param right a directory with the right files
         * @throws RktException if that is not possible
         * @throws IOException if that fails
         */
        void repair(String difference, Path right) throws IOException, RktException;
    }

    private static Optional<String> difference(Path right, Path stored, String path) throws IOException {
        if (!Files.exists(stored, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of("\"%s\" is missing".formatted(path));
        }
        if (!isAlike(right, stored)) {
            return Optional.of("\"%s\" differs".formatted(path));
        }
        if (!Files.isDirectory(right, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        SortedMap<String, Path> rightChildren = children(right);
        SortedMap<String, Path> storedChildren = children(stored);
        for (Map.Entry<String, Path> child : rightChildren.entrySet()) {
            String name = child.getKey();
            Optional<String> difference =
                    difference(child.getValue(), stored.resolve(name), path + (path.endsWith("/") ? "" : "/") + name);
            if (difference.isPresent()) {
                return difference;
            }
        }
        storedChildren.keySet().removeAll(rightChildren.keySet());
        return storedChildren.keySet().stream()
                .findFirst()
                .map(name -> "\"%s\" in \"%s\" is not a file of the image".formatted(name, path));
    }

    private static boolean isAlike(Path right, Path stored) throws IOException {
        if (!attributes(right, "mode,uid,gid").equals(attributes(stored, "mode,uid,gid"))) {
            return false;
        }
        if (Files.isDirectory(right, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        if (Files.isSymbolicLink(right)) {
            return Files.readSymbolicLink(right).equals(Files.readSymbolicLink(stored));
        }
        return attributes(right, "lastModifiedTime").equals(attributes(stored, "lastModifiedTime"))
                && Files.mismatch(right, stored) < 0
                && sameAttributes(ExtendedAttributes.get(right), ExtendedAttributes.get(stored));
    }

    private static Map<String, Object> attributes(Path file, String names) throws IOException {
        return Files.readAttributes(file, "unix:" + names, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean sameAttributes(SortedMap<String, byte[]> right, SortedMap<String, byte[]> stored) {
        return right.keySet().equals(stored.keySet())
                && right.entrySet().stream()
                        .allMatch(attribute -> Arrays.equals(attribute.getValue(), stored.get(attribute.getKey())));
    }

    private static SortedMap<String, Path> children(Path directory) throws IOException {
        SortedMap<String, Path> children = new TreeMap<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            found.forEach(child -> children.put(child.getFileName().toString(), child));
        }
        return children;
    }
}
