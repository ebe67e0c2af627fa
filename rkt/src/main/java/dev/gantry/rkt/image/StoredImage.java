package dev.gantry.rkt.image;

import dev.gantry.rkt.appc.ImageManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/**
 * An image in the store.
 *
 * @param id {@code sha512-} and the hash of its uncompressed archive, in hex
 * @param directory its directory
 * @param manifest its manifest
 * @param rootfs its files, those of its dependencies included once it is rendered; shared by pods, never written to
 */
public record StoredImage(String id, Path directory, ImageManifest manifest, Path rootfs) {

    static final String ROOTFS = "rootfs";
    static final String ARCHIVE = "image.tar";
    static final String MANIFEST = "manifest";
    static final String SIZE = "size";

    /** The file that marks an image as verified when it was fetched. */
    static final String VERIFIED = "verified";

    /** The file whose time of modification is when the image was last used. */
    static final String LAST_USED = "last-used";

    /** Creates an image that is not rendered with its dependencies. */
    StoredImage(String id, Path directory, ImageManifest manifest) {
        this(id, directory, manifest, directory.resolve(ROOTFS));
    }

    /** Returns this image with another directory of files. */
    StoredImage withRootfs(Path rendered) {
        return new StoredImage(id, directory, manifest, rendered);
    }

    /**
     * Returns the file of the manifest, as it is in the image.
     *
     * @return the file
     */
    public Path manifestFile() {
        return directory.resolve(MANIFEST);
    }

    /**
     * Returns the file of the uncompressed archive.
     *
     * @return the file
     */
    public Path archiveFile() {
        return directory.resolve(ARCHIVE);
    }

    /**
     * Returns the time at which the image was stored.
     *
     * @return the time
     * @throws IOException if it can't be read
     */
    public Instant importedAt() throws IOException {
        return Files.getLastModifiedTime(directory.resolve(SIZE)).toInstant();
    }

    /**
     * Returns the time at which a pod was last made of the image.
     *
     * @return the time at which the last pod was prepared; the time of the import if there was no pod
     * @throws IOException if it can't be read
     */
    public Instant lastUsedAt() throws IOException {
        return Files.getLastModifiedTime(directory.resolve(LAST_USED)).toInstant();
    }

    /**
     * Returns the file whose time of modification is when the image was last used.
     *
     * @return the file
     */
    public Path lastUsedFile() {
        return directory.resolve(LAST_USED);
    }

    /**
     * Returns the size on disk: archive and files.
     *
     * @return bytes
     * @throws IOException if it can't be read
     */
    public long size() throws IOException {
        return Long.parseLong(Files.readString(directory.resolve(SIZE)).strip());
    }

    /**
     * Decides whether the signature was verified when the image was fetched, by a key that was trusted for its name
     * then.
     *
     * @return whether it was; false for an image that an earlier release stored
     */
    public boolean isVerified() {
        return Files.exists(directory.resolve(VERIFIED));
    }

    /**
     * Records that the image is used.
     *
     * @param now the time
     * @throws IOException if that fails
     */
    public void touch(Instant now) throws IOException {
        Files.setLastModifiedTime(directory.resolve(LAST_USED), FileTime.from(now));
    }
}
