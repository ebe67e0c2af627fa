package dev.gantry.rkt.image;

import dev.gantry.rkt.Durability;
import dev.gantry.rkt.FileLocks;
import dev.gantry.rkt.PrivateDirectory;
import dev.gantry.rkt.ProcessIdentity;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.ImageManifest;
import dev.gantry.rkt.appc.ManifestRules;
import dev.gantry.rkt.request.ImageReference;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The images of a data directory, by the hash of their content: {@code cas/images/ID/} holds an image's archive,
 * manifest and extracted files, and appears atomically, by a rename, once it is complete. Several processes may use one
 * store; see {@link #lock}.
 */
public final class ImageStore {

    private static final String PREFIX = ImageReference.HASH_PREFIX;

    /** Images whose ids begin with the same digits share a lock: few lock files, and short waits. */
    private static final int LOCK_DIGITS = 2;

    /**
     * A file that exists while images are removed. prepare.sh looks for it, since a shell can't take a lock of Java's.
     */
    private static final String REMOVING = "removing";

    private final Path root;
    private final Path images;
    private final Path temporary;
    private final Path locks;
    private final ImageLimits limits;
    private final Consumer<String> notes;

    /**
     * Opens the store with the usual limits; it is made when the first image is added.
     *
     * @param dataDirectory the data directory
     */
    public ImageStore(Path dataDirectory) {
        this(dataDirectory, ImageLimits.DEFAULT);
    }

    /**
     * Opens the store; it is made when the first image is added.
     *
     * @param dataDirectory the data directory
     * @param limits the limits of images
     */
    public ImageStore(Path dataDirectory, ImageLimits limits) {
        this(dataDirectory, limits, note -> {});
    }

    /**
     * Opens the store; it is made when the first image is added.
     *
     * @param dataDirectory the data directory
     * @param limits the limits of images
     * @param notes takes messages for the user about images that are being stored
     */
    public ImageStore(Path dataDirectory, ImageLimits limits, Consumer<String> notes) {
        this.limits = limits;
        this.notes = notes;
        this.root = dataDirectory.resolve("cas");
        this.images = root.resolve("images");
        this.temporary = root.resolve("tmp");
        this.locks = root.resolve("locks");
    }

    /**
     * Prevents the removal of images while pods are created from them.
     *
     * @param shared true to use images, false to remove some
     * @return the lock, which the caller closes to release it; waits while other processes hold it the other way
     * @throws IOException if that fails
     */
    public Closeable lock(boolean shared) throws IOException {
        Closeable lock = lock("removal", shared);
        Path sign = locks.resolve(REMOVING);
        if (shared) {
            // This process holds the shared lock, so no process removes images now. A killed process has left the file.
            Files.deleteIfExists(sign);
            return lock;
        }
        Files.write(sign, new byte[0]);
        return () -> {
            try (lock) {
                Files.deleteIfExists(sign);
            }
        };
    }

    /**
     * Stores an image.
     *
     * @param source the image, plain or compressed; not closed
     * @return the stored image, also if it was stored before
     * @throws RktException if it is no image, or is refused; nothing is stored then
     * @throws IOException if it can't be read or stored
     */
    @SuppressWarnings("try") // the lock is held, not used
    public StoredImage add(InputStream source) throws IOException, RktException {
        try (WorkDirectory work = newWork()) {
            String id = copy(source, work.path().resolve(StoredImage.ARCHIVE));
            try (Closeable ignored = lock(id.substring(0, PREFIX.length() + LOCK_DIGITS), false)) {
                Optional<StoredImage> stored = find(id);
                if (stored.isEmpty()) {
                    extract(work.path());
                    ProcessIdentity.unsign(work.path());
                    Files.createDirectories(images);
                    Durability.forceTree(work.path());
                    Files.move(work.path(), images.resolve(id), StandardCopyOption.ATOMIC_MOVE);
                    Durability.force(images);
                    stored = find(id);
                }
                return stored.orElseThrow();
            }
        } catch (RefusedImageException e) {
            throw new RktException(e.getMessage(), e);
        }
    }

    /**
     * Returns the limits of images.
     *
     * @return the limits
     */
    public ImageLimits limits() {
        return limits;
    }

    /**
     * Makes a work directory for an image that is being fetched or stored.
     *
     * @return a directory that only root may enter; to be closed
     * @throws IOException if it can't be made
     */
    public WorkDirectory newWork() throws IOException {
        PrivateDirectory.create(root);
        return WorkDirectory.create(temporary);
    }

    /**
     * Finds an image by a prefix of its id.
     *
     * @param idPrefix {@code sha512-} and at least two digits
     * @return the image; empty if there is none
     * @throws RktException if several images match, or the prefix is invalid
     * @throws IOException if the store can't be read
     */
    public Optional<StoredImage> find(String idPrefix) throws IOException, RktException {
        if (!ImageReference.isHash(idPrefix)) {
            throw new RktException("\"%s\" is not a valid hash".formatted(idPrefix));
        }
        List<StoredImage> found = new ArrayList<>();
        if (Files.isDirectory(images)) {
            try (DirectoryStream<Path> directories = Files.newDirectoryStream(images, idPrefix + "*")) {
                for (Path directory : directories) {
                    found.add(read(directory));
                }
            }
        }
        if (found.size() > 1) {
            throw new RktException("ambiguous image ID \"%s\": %d matches".formatted(idPrefix, found.size()));
        }
        return found.stream().findFirst();
    }

    /**
     * Records that the signature of an image was verified.
     *
     * @param image the image
     * @throws IOException if that can't be written
     */
    public void markVerified(StoredImage image) throws IOException {
        Path mark = image.directory().resolve(StoredImage.VERIFIED);
        if (Files.notExists(mark)) {
            Files.write(mark, new byte[0]);
            Durability.force(image.directory());
        }
    }

    /**
     * Finds the image with a name and labels; of several, the one stored last.
     *
     * @param name the name
     * @param labels labels that it must have
     * @return the image; empty if there is none
     * @throws IOException if the store can't be read
     */
    public Optional<StoredImage> find(String name, Map<String, String> labels) throws IOException {
        return find(name, labels, image -> true);
    }

    /**
     * Finds the image with a name and labels that meets a condition; of several, the one stored last.
     *
     * @param name the name
     * @param labels labels that it must have
     * @param condition the condition
     * @return the image; empty if there is none
     * @throws IOException if the store can't be read
     */
    public Optional<StoredImage> find(String name, Map<String, String> labels, Predicate<StoredImage> condition)
            throws IOException {
        Optional<StoredImage> newest = Optional.empty();
        for (StoredImage image : all()) {
            if (image.manifest().name().equals(name)
                    && condition.test(image)
                    && image.manifest().labels().entrySet().containsAll(labels.entrySet())
                    && (newest.isEmpty()
                            || image.importedAt().isAfter(newest.get().importedAt()))) {
                newest = Optional.of(image);
            }
        }
        return newest;
    }

    /**
     * Lists all images except damaged ones, which the notes name: a damaged image must not stop the use of the others.
     *
     * @return in no order
     * @throws IOException if the store can't be read
     */
    public List<StoredImage> all() throws IOException {
        List<StoredImage> found = new ArrayList<>();
        if (Files.isDirectory(images)) {
            try (DirectoryStream<Path> directories = Files.newDirectoryStream(images, PREFIX + "*")) {
                for (Path directory : directories) {
                    readIfWhole(directory).ifPresent(found::add);
                }
            }
        }
        return found;
    }

    private Optional<StoredImage> readIfWhole(Path directory) {
        try {
            return Optional.of(read(directory));
        } catch (RktException e) {
            // One that was removed while the directory was read is not damaged.
            if (Files.exists(directory)) {
                notes.accept(e.getMessage());
            }
            return Optional.empty();
        }
    }

    /**
     * Removes an image. No pod may use its files; hold the {@link #lock}.
     *
     * @param image the image
     * @throws IOException if a file can't be removed; the image is no longer in the store if it was renamed before
     */
    public void remove(StoredImage image) throws IOException {
        Path work = Files.createDirectories(temporary).resolve(UUID.randomUUID().toString());
        Files.move(image.directory(), work, StandardCopyOption.ATOMIC_MOVE);
        // Force the rename to disk first: otherwise a loss of power could leave an image with missing files.
        Durability.force(images);
        FileTrees.delete(work);
    }

    /**
     * Lists the trees of an image that were rendered with its dependencies, and are kept for its next pod.
     *
     * @param image the image
     * @return their directories
     * @throws IOException if the store can't be read
     */
    public List<Path> renderedTrees(StoredImage image) throws IOException {
        Path rendered = image.directory().resolve(ImageRenderer.RENDERED);
        List<Path> trees = new ArrayList<>();
        if (Files.isDirectory(rendered)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(rendered)) {
                found.forEach(trees::add);
            }
        }
        return trees;
    }

    /**
     * Removes a tree that belongs to an image. No pod may use it; hold the {@link #lock}.
     *
     * @param tree one of {@link #renderedTrees}, or the image's own files, which must be replaced then
     * @throws IOException if it can't be removed
     */
    public void removeTree(Path tree) throws IOException {
        Path work = Files.createDirectories(temporary).resolve(UUID.randomUUID().toString());
        Files.move(tree, work, StandardCopyOption.ATOMIC_MOVE);
        FileTrees.delete(work);
    }

    /**
     * Replaces an image's files. No pod may use them; hold the {@link #lock}. A process that is killed between these
     * steps leaves an image without files, which {@link ImageCheck} finds.
     *
     * @param image the image
     * @param right its files, on the file system of the store
     * @throws IOException if that fails
     * @throws RktException if this thread is interrupted
     */
    public void replaceFiles(StoredImage image, Path right) throws IOException, RktException {
        Durability.forceTree(right);
        Path rootfs = image.directory().resolve(StoredImage.ROOTFS);
        if (Files.exists(rootfs)) {
            removeTree(rootfs);
        }
        Files.move(right, rootfs, StandardCopyOption.ATOMIC_MOVE);
        Durability.force(image.directory());
    }

    /**
     * Computes the id of an archive.
     *
     * @param archive the uncompressed archive
     * @return {@code sha512-} and the hash
     * @throws IOException if it can't be read
     */
    static String idOf(InputStream archive) throws IOException {
        MessageDigest digest = sha512();
        archive.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return PREFIX + HexFormat.of().formatHex(digest.digest());
    }

    private static StoredImage read(Path directory) throws RktException {
        try {
            String manifest = Files.readString(directory.resolve(StoredImage.MANIFEST));
            return new StoredImage(directory.getFileName().toString(), directory, ImageManifest.parse(manifest));
        } catch (IOException | RktException e) {
            throw new RktException(
                    "the manifest of image \"%s\" can't be read: %s; remove %s, and it can be fetched again"
                            .formatted(directory.getFileName(), e.getMessage(), directory),
                    e);
        }
    }

    /** Copies the uncompressed archive and returns its id. */
    private String copy(InputStream source, Path archive) throws IOException {
        MessageDigest digest = sha512();
        try (OutputStream file = Files.newOutputStream(archive, StandardOpenOption.CREATE_NEW);
                OutputStream out = new DigestOutputStream(file, digest)) {
            LimitedArchive.of(source, limits).transferTo(out);
        }
        return PREFIX + HexFormat.of().formatHex(digest.digest());
    }

    private void extract(Path work) throws IOException, RktException {
        Path archive = work.resolve(StoredImage.ARCHIVE);
        Path rootfs = Files.createDirectory(work.resolve(StoredImage.ROOTFS));
        AciExtractor extractor = new AciExtractor(rootfs, limits, Files.size(archive));
        String manifest = extractor.extract(archive);
        ImageManifest read = ImageManifest.parse(manifest);
        ManifestRules.requireValid(read);
        extractor.leftOut().ifPresent(note -> notes.accept("image \"%s\": %s".formatted(read.displayName(), note)));
        Files.writeString(work.resolve(StoredImage.MANIFEST), manifest);
        Files.writeString(work.resolve(StoredImage.SIZE), (Files.size(archive) + extractor.extractedBytes()) + "\n");
        Files.createFile(work.resolve(StoredImage.LAST_USED));
    }

    private Closeable lock(String name, boolean shared) throws IOException {
        PrivateDirectory.create(root);
        return FileLocks.acquire(locks.resolve(name), shared);
    }

    private static MessageDigest sha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-512", e);
        }
    }
}
