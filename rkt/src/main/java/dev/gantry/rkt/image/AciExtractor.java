package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.tar.ExtendedAttributes;
import dev.gantry.rkt.tar.PaxAttributes;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * Extracts an image's archive. Refuses anything but a {@code manifest} and files below {@code rootfs/}, and entries
 * that could reach outside of the image, such as devices of the host.
 */
final class AciExtractor {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_MANIFEST_BYTES = 4 << 20;
    private static final int PERMISSION_BITS = 07777;

    /** At run time another file system is mounted there. */
    private static final String DEVICES = "dev/";

    /** Linux has names of 255 bytes and paths of 4096, of which the store's own part needs some. */
    private static final int MAX_NAME_BYTES = 255;

    private static final int MAX_PATH_BYTES = 3072;
    private static final int MAX_LINK_BYTES = 4095;

    /** The largest is "no change" to the kernel. */
    private static final long MAX_ID = 0xFFFF_FFFEL;

    private final RootedTree tree;
    private final ImageLimits limits;
    private final long archiveBytes;

    /** Modes and times of directories, set after their last entry was extracted. */
    private final Deque<DirectoryAttributes> directories = new ArrayDeque<>();

    /** Paths of devices and pipes, and of hard links to them. */
    private final Set<String> leftOut = new LinkedHashSet<>();

    private long bytes;

    /**
     * Makes an extractor.
     *
     * @param rootfs an empty directory for the image's files
     * @param limits the limits of its files
     * @param archiveBytes the size of the archive, which bounds the files; sparse files may be larger
     */
    AciExtractor(Path rootfs, ImageLimits limits, long archiveBytes) {
        this.tree = new RootedTree(rootfs);
        this.limits = limits;
        this.archiveBytes = archiveBytes;
    }

    /**
     * Extracts all.
     *
     * @param archive the uncompressed archive
     * @return the text of the manifest
     * @throws RktException if the image is refused; the caller must then discard the extracted files
     * @throws IOException if the archive is damaged or can't be written out
     */
    String extract(Path archive) throws IOException, RktException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), BUFFER_BYTES)) {
            return extractAll(new AciEntries(in, limits), PaxAttributes.read(archive));
        } catch (RuntimeException e) {
            // The library throws many kinds of exceptions on damaged headers.
            throw new RktException("the image's archive is damaged: " + e.getMessage(), e);
        }
    }

    private String extractAll(AciEntries entries, PaxAttributes attributes) throws IOException, RktException {
        Optional<String> manifest = Optional.empty();
        int index = 0;
        for (TarArchiveEntry entry = entries.next(); entry != null; entry = entries.next(), index++) {
            String path = checkedPath(entry);
            if (path.equals("manifest")) {
                if (manifest.isPresent()) {
                    throw new RktException("the image has two manifests");
                }
                manifest = Optional.of(readManifest(entries.content(), entry));
            } else if (path.equals("rootfs")) {
                if (!entry.isDirectory()) {
                    throw new RktException("rootfs of the image is no directory");
                }
                directories.push(new DirectoryAttributes(tree.root(), entry));
            } else if (path.startsWith("rootfs/")) {
                extract(entries.content(), entry, attributes.of(index), path.substring("rootfs/".length()));
            } else if (!path.isEmpty()) {
                throw unrecognized(entries, entry.getName(), path);
            }
        }
        while (!directories.isEmpty()) {
            DirectoryAttributes last = directories.pop();
            setAttributes(last.directory(), last.entry(), Map.of());
        }
        return manifest.orElseThrow(() -> new RktException("the image has no manifest"));
    }

    /** Looks through the rest of an archive with a path that no image has: it may be an image of another format. */
    private static RktException unrecognized(AciEntries entries, String name, String path)
            throws IOException, RktException {
        Optional<OtherFormat> format = OtherFormat.ofArchive(path);
        for (TarArchiveEntry entry = entries.next(); entry != null && format.isEmpty(); entry = entries.next()) {
            format = OtherFormat.ofArchive(checkedPath(entry));
        }
        return format.map(OtherFormat::refusal)
                .orElseGet(() -> new RktException("unrecognized file path in ACI: \"%s\"".formatted(name)));
    }

    /**
     * Finds the manifest, and extracts nothing.
     *
     * @param archive the uncompressed archive; read no further than the manifest
     * @param limits how many entries may precede it
     * @return the text of the manifest
     * @throws RktException if there is none
     * @throws IOException if the archive is damaged
     */
    static String manifestOf(InputStream archive, ImageLimits limits) throws IOException, RktException {
        try {
            AciEntries entries = new AciEntries(archive, limits);
            Optional<OtherFormat> format = Optional.empty();
            for (TarArchiveEntry entry = entries.next(); entry != null; entry = entries.next()) {
                String path = checkedPath(entry);
                if (path.equals("manifest")) {
                    return readManifest(entries.content(), entry);
                }
                format = format.or(() -> OtherFormat.ofArchive(path));
            }
            throw format.map(OtherFormat::refusal).orElseGet(() -> new RktException("the image has no manifest"));
        } catch (RuntimeException e) {
            throw new RktException("the image's archive is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Describes the entries that were not extracted.
     *
     * @return a message; empty if all were extracted
     */
    Optional<String> leftOut() {
        return leftOut.stream()
                .findFirst()
                .map(first ->
                        "%d devices and pipes of its /dev are left out, such as \"%s\": pods have a /dev of their own"
                                .formatted(leftOut.size(), first));
    }

    /**
     * Returns the size of the extracted files.
     *
     * @return bytes
     */
    long extractedBytes() {
        return bytes;
    }

    private static String checkedPath(TarArchiveEntry entry) throws RktException {
        String name = entry.getName();
        if (name.startsWith("/")) {
            throw new RktException("the image has an absolute path: \"%s\"".formatted(name));
        }
        if (name.indexOf('\uFFFD') >= 0 || name.indexOf('\0') >= 0) {
            throw new RktException("the image has a path that is not UTF-8: \"%s\"".formatted(name));
        }
        if (utf8Length(name) > MAX_PATH_BYTES) {
            throw new RktException("the image has a path of more than %d bytes: \"%s...\""
                    .formatted(MAX_PATH_BYTES, name.substring(0, MAX_NAME_BYTES)));
        }
        StringBuilder path = new StringBuilder();
        for (String part : name.split("/", -1)) {
            if (utf8Length(part) > MAX_NAME_BYTES) {
                throw new RktException(
                        "the image has a name of more than %d bytes: \"%s\"".formatted(MAX_NAME_BYTES, name));
            }
            if (part.equals("..")) {
                throw new RktException("the image has a path with \"..\": \"%s\"".formatted(name));
            }
            if (!part.isEmpty() && !part.equals(".")) {
                path.append(path.isEmpty() ? "" : "/").append(part);
            }
        }
        return path.toString();
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String readManifest(InputStream content, TarArchiveEntry entry) throws IOException, RktException {
        if (!entry.isFile() || entry.getSize() > MAX_MANIFEST_BYTES) {
            throw new RktException("the image's manifest is no file of up to %d bytes".formatted(MAX_MANIFEST_BYTES));
        }
        return new String(content.readNBytes(MAX_MANIFEST_BYTES), StandardCharsets.UTF_8);
    }

    private void extract(InputStream content, TarArchiveEntry entry, Map<String, byte[]> attributes, String path)
            throws IOException, RktException {
        try {
            Path place = tree.place(path);
            if (entry.isDirectory()) {
                extractDirectory(entry, place);
            } else {
                removeEarlier(place, path);
                if (entry.isSymbolicLink()) {
                    extractSymbolicLink(entry, place, path);
                } else if (entry.isLink()) {
                    extractHardLink(entry, place, path);
                } else if (entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO()) {
                    leaveOut(path);
                } else {
                    extractFile(content, entry, attributes, place);
                }
            }
        } catch (InvalidPathException e) {
            throw new RktException("the image has a path that can't be used here: \"%s\"".formatted(path), e);
        }
    }

    private void extractDirectory(TarArchiveEntry entry, Path place) throws IOException, RktException {
        if (Files.notExists(place, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(place);
        } else if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new RktException(
                    "the image has \"%s\" both as a directory and as something else".formatted(entry.getName()));
        }
        directories.push(new DirectoryAttributes(place, entry));
    }

    /** Removes what an earlier entry of the same path has written, as tar does. Never follows a link. */
    private static void removeEarlier(Path place, String path) throws IOException, RktException {
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new RktException("the image has \"%s\" both as a directory and as something else".formatted(path));
        }
        Files.deleteIfExists(place);
    }

    /**
     * Creates a link. For the app, no link leads out of the image, since the parent of the root is the root. Code of
     * the host must resolve links the same way, as {@link RootedTree} and rooted.sh do.
     */
    private static void extractSymbolicLink(TarArchiveEntry entry, Path place, String path)
            throws IOException, RktException {
        String target = entry.getLinkName();
        if (target.isEmpty() || utf8Length(target) > MAX_LINK_BYTES) {
            throw new RktException(
                    "the image has a symbolic link whose target is empty or too long: \"%s\"".formatted(path));
        }
        Files.createSymbolicLink(place, Path.of(target));
        setOwner(place, entry);
    }

    /**
     * Skips devices and pipes, which would be the host's. Those below /dev are not needed: pods have another file
     * system mounted there.
     */
    private void leaveOut(String path) throws RktException {
        if (!path.startsWith(DEVICES)) {
            throw new RktException(
                    ("the image has a device or pipe: \"%s\"; only those of its /dev can be left out, for pods"
                                    + " have a /dev of their own")
                            .formatted(path));
        }
        leftOut.add(path);
    }

    private void extractHardLink(TarArchiveEntry entry, Path place, String linkPath) throws IOException, RktException {
        TarArchiveEntry target = new TarArchiveEntry(entry.getLinkName(), true);
        String path = checkedPath(target);
        if (!path.startsWith("rootfs/")) {
            throw new RktException("the image has a hard link that leaves it: \"%s\" to \"%s\""
                    .formatted(entry.getName(), entry.getLinkName()));
        }
        String existingPath = path.substring("rootfs/".length());
        if (leftOut.contains(existingPath)) {
            leaveOut(linkPath);
            return;
        }
        Path existing = tree.place(existingPath);
        if (!Files.isRegularFile(existing, LinkOption.NOFOLLOW_LINKS)) {
            throw new RktException(
                    "the image has a hard link to something that is not an earlier file: \"%s\" to \"%s\""
                            .formatted(entry.getName(), entry.getLinkName()));
        }
        Files.createLink(place, existing);
    }

    private void extractFile(InputStream content, TarArchiveEntry entry, Map<String, byte[]> attributes, Path place)
            throws IOException, RktException {
        long size = entry.isSparse() ? entry.getRealSize() : entry.getSize();
        bytes += size;
        limits.check("the image's files hold", bytes, archiveBytes);
        try (FileChannel file = FileChannel.open(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = Channels.newOutputStream(file);
            content.transferTo(out);
        }
        setAttributes(place, entry, attributes);
    }

    private static void setAttributes(Path place, TarArchiveEntry entry, Map<String, byte[]> attributes)
            throws IOException, RktException {
        setOwner(place, entry);
        if (!attributes.isEmpty()) {
            ExtendedAttributes.set(place, attributes);
        }
        // After the owner, for a change of owner takes set-user-id bits away.
        Files.setAttribute(place, "unix:mode", entry.getMode() & PERMISSION_BITS);
        Files.setLastModifiedTime(place, entry.getLastModifiedTime());
    }

    private static void setOwner(Path place, TarArchiveEntry entry) throws IOException, RktException {
        for (long id : new long[] {entry.getLongUserId(), entry.getLongGroupId()}) {
            if (id < 0 || id > MAX_ID) {
                throw new RktException(
                        "the image has an owner that no file can have: %d of \"%s\"".formatted(id, entry.getName()));
            }
        }
        Files.setAttribute(place, "unix:uid", (int) entry.getLongUserId(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(place, "unix:gid", (int) entry.getLongGroupId(), LinkOption.NOFOLLOW_LINKS);
    }

    private record DirectoryAttributes(Path directory, TarArchiveEntry entry) {}
}
