package dev.gantry.rkt.docker;

import dev.gantry.rkt.docker.LayerTree.Node;
import dev.gantry.rkt.docker.LayerTree.Source;
import dev.gantry.rkt.tar.PaxArchive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes an image's archive reproducibly: the same layers give the same bytes, and so the same image id. Paths are
 * sorted, and no current time is written.
 */
final class AciWriter {

    private static final String ROOTFS = "rootfs/";

    private final PaxArchive archive;
    private final IdentityHashMap<Node, String> written = new IdentityHashMap<>();

    private AciWriter(PaxArchive archive) {
        this.archive = archive;
    }

    /**
     * Writes an image.
     *
     * @param file the target; must not exist
     * @param manifest its manifest
     * @param tree its files
     * @throws IOException if that fails
     */
    static void write(Path file, String manifest, LayerTree tree) throws IOException {
        try (PaxArchive archive = new PaxArchive(file)) {
            AciWriter writer = new AciWriter(archive);
            writer.writeManifest(manifest);
            writer.writeDirectory(ROOTFS, tree.root());
        }
    }

    private void writeManifest(String manifest) throws IOException {
        byte[] bytes = manifest.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry("manifest");
        entry.setMode(0644);
        entry.setSize(bytes.length);
        entry.setLastModifiedTime(FileTime.fromMillis(0));
        archive.put(entry, new TreeMap<>(), new ByteArrayInputStream(bytes));
    }

    private void writeDirectory(String path, Node directory) throws IOException {
        TarArchiveEntry entry = entry(path, TarConstants.LF_DIR, directory);
        if (directory.source().isEmpty()) {
            entry.setMode(0755);
            entry.setLastModifiedTime(FileTime.fromMillis(0));
        }
        archive.put(entry);
        for (Map.Entry<String, Node> child : directory.children().orElseThrow().entrySet()) {
            if (child.getValue().isDirectory()) {
                writeDirectory(path + child.getKey() + "/", child.getValue());
            } else {
                write(path + child.getKey(), child.getValue());
            }
        }
    }

    private void write(String path, Node node) throws IOException {
        Source source = node.source().orElseThrow();
        String earlier = written.putIfAbsent(node, path);
        if (earlier != null) {
            TarArchiveEntry link = entry(path, TarConstants.LF_LINK, node);
            link.setLinkName(earlier);
            archive.put(link);
        } else if (source.entry().isSymbolicLink()) {
            TarArchiveEntry link = entry(path, TarConstants.LF_SYMLINK, node);
            link.setLinkName(source.entry().getLinkName());
            archive.put(link);
        } else if (isSpecial(source.entry())) {
            // The store decides which attributes it keeps.
            TarArchiveEntry special = entry(path, source.entry().getLinkFlag(), node);
            special.setDevMajor(source.entry().getDevMajor());
            special.setDevMinor(source.entry().getDevMinor());
            archive.put(special);
        } else {
            writeFile(path, node, source);
        }
    }

    private static boolean isSpecial(TarArchiveEntry entry) {
        return entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO();
    }

    private void writeFile(String path, Node node, Source source) throws IOException {
        TarArchiveEntry file = entry(path, TarConstants.LF_NORMAL, node);
        file.setSize(
                source.entry().isSparse()
                        ? source.entry().getRealSize()
                        : source.entry().getSize());
        try (InputStream content = source.content()) {
            archive.put(file, source.attributes(), content);
        }
    }

    private static TarArchiveEntry entry(String path, byte type, Node node) {
        TarArchiveEntry entry = new TarArchiveEntry(path, type, true);
        node.source().map(Source::entry).ifPresent(original -> {
            entry.setMode(original.getMode() & 07777);
            entry.setUserId(original.getLongUserId());
            entry.setGroupId(original.getLongGroupId());
            entry.setLastModifiedTime(original.getLastModifiedTime());
        });
        return entry;
    }
}
