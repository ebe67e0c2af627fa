package dev.gantry.rkt.tar;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes a tree of files as the archive of an image. The tree must not change while it is read. */
public final class AciTree {

    private static final int TYPE_BITS = 0170000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int LINK = 0120000;
    private static final int PERMISSION_BITS = 07777;
    private static final String ATTRIBUTES = "unix:mode,uid,gid,size,lastModifiedTime,nlink,dev,ino";

    private final PaxArchive archive;
    private final Consumer<String> notes;

    /** The first names of files that have several, by inode number. */
    private final Map<String, String> written = new HashMap<>();

    private AciTree(PaxArchive archive, Consumer<String> notes) {
        this.archive = archive;
        this.notes = notes;
    }

    /**
     * Writes an archive.
     *
     * @param file the target; must not exist
     * @param manifest the file of the manifest
     * @param rootfs the root of the tree
     * @param notes receives the names of skipped files: devices, pipes and sockets
     * @throws IOException if that fails
     */
    public static void write(Path file, Path manifest, Path rootfs, Consumer<String> notes) throws IOException {
        try (PaxArchive archive = new PaxArchive(file)) {
            byte[] text = Files.readAllBytes(manifest);
            TarArchiveEntry entry = new TarArchiveEntry("manifest");
            entry.setMode(0644);
            entry.setSize(text.length);
            entry.setLastModifiedTime(FileTime.fromMillis(0));
            archive.put(entry, new TreeMap<>(), new ByteArrayInputStream(text));
            new AciTree(archive, notes).add(rootfs, "rootfs");
        }
    }

    private void add(Path file, String name) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        switch ((Integer) attributes.get("mode") & TYPE_BITS) {
            case DIRECTORY -> {
                archive.put(entry(name + "/", TarConstants.LF_DIR, attributes));
                TreeMap<String, Path> children = new TreeMap<>();
                try (DirectoryStream<Path> found = Files.newDirectoryStream(file)) {
                    found.forEach(child -> children.put(child.getFileName().toString(), child));
                }
                for (Map.Entry<String, Path> child : children.entrySet()) {
                    add(child.getValue(), name + "/" + child.getKey());
                }
            }
            case LINK -> {
                TarArchiveEntry link = entry(name, TarConstants.LF_SYMLINK, attributes);
                link.setLinkName(Files.readSymbolicLink(file).toString());
                archive.put(link);
            }
            case REGULAR -> addFile(file, name, attributes);
            default -> notes.accept("\"%s\" is left out: it is a device, a pipe or a socket".formatted(name));
        }
    }

    private void addFile(Path file, String name, Map<String, Object> attributes) throws IOException {
        if ((Integer) attributes.get("nlink") > 1) {
            String earlier = written.putIfAbsent(attributes.get("dev") + ":" + attributes.get("ino"), name);
            if (earlier != null) {
                TarArchiveEntry link = entry(name, TarConstants.LF_LINK, attributes);
                link.setLinkName(earlier);
                archive.put(link);
                return;
            }
        }
        TarArchiveEntry entry = entry(name, TarConstants.LF_NORMAL, attributes);
        entry.setSize((Long) attributes.get("size"));
        try (InputStream content = Files.newInputStream(file)) {
            archive.put(entry, ExtendedAttributes.get(file), content);
        }
    }

    private static TarArchiveEntry entry(String name, byte type, Map<String, Object> attributes) {
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        entry.setMode((Integer) attributes.get("mode") & PERMISSION_BITS);
        entry.setUserId(Integer.toUnsignedLong((Integer) attributes.get("uid")));
        entry.setGroupId(Integer.toUnsignedLong((Integer) attributes.get("gid")));
        entry.setLastModifiedTime((FileTime) attributes.get("lastModifiedTime"));
        return entry;
    }
}
