package dev.gantry.store;

import dev.gantry.model.Checksum;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file beside the database with the cluster id and the highest acknowledged index. A starting server compares
 * the file with the database, and so notices a database that is missing, older or another cluster's. After a clean stop
 * the file also holds the size of the database's file and its checksum: H2 itself keeps no checksums.
 *
 * <p>The file is overwritten in place, within one page, after the database is on disk and before callers are answered.
 * The file itself is never forced to disk. It survives the end of the process. After a power failure it may hold an
 * index below the highest acknowledged one, which weakens the check, but never an index above that of the database.
 *
 * <p>Used by one thread at a time.
 */
final class AcknowledgedFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AcknowledgedFile.class);

    /**
     * All contents have the same length, so that a new content overwrites the old one completely. A checksum of the
     * line ends it.
     */
    private static final String FORMAT = "%s %019d %019d %08x";

    private static final String CHECKED = "%s %s%n";

    /** The last two are missing in files of older versions. */
    private static final Pattern CONTENT = Pattern.compile(
            "(?<text>(?<cluster>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
                    + " (?<index>[0-9]{19}) (?<size>[0-9]{19})(?: (?<file>[0-9a-f]{8})(?= ))?)(?: (?<line>[0-9a-f]{8}))?\\s*");

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private final FileChannel file;
    private final String clusterId;
    private long acknowledged;
    private boolean failed;

    private AcknowledgedFile(Path path, FileChannel file, String clusterId) {
        this.path = path;
        this.file = file;
        this.clusterId = clusterId;
    }

    /**
     * The content of the file.
     *
     * @param clusterId the cluster of the database
     * @param index the highest acknowledged index that was recorded
     * @param size the size of the database's file in bytes at the last clean stop; 0 if the server was not stopped
     *     cleanly
     * @param checksum the checksum of the database's file at the last clean stop; empty if it is not known
     */
    record Content(String clusterId, long index, long size, Optional<Integer> checksum) {}

    /** Returns the path of the file in a data directory. */
    static Path in(Path dataDir) {
        return dataDir.resolve("acknowledged");
    }

    /**
     * Compares what a database has with what a file says that it must have.
     *
     * @param database the database as the subject of a sentence
     * @param found the cluster id and the index of the database
     * @param known the content of the file
     * @param path the file
     * @return what is wrong with the database; empty if nothing is
     */
    static Optional<String> missing(String database, Content found, Content known, Path path) {
        if (!found.clusterId().equals(known.clusterId())) {
            return Optional.of(
                    "%s is of %s and ends at index %d, although %s is about cluster %s, of which writes up to"
                                    .formatted(database, cluster(found), found.index(), path, known.clusterId())
                            + " index %d were acknowledged".formatted(known.index()));
        }
        return found.index() < known.index()
                ? Optional.of("%s ends at index %d, although %s says that writes up to index %d were acknowledged: it"
                                .formatted(database, found.index(), path, known.index())
                        + " is an older copy, or was cut off")
                : Optional.empty();
    }

    private static String cluster(Content found) {
        return found.clusterId().isEmpty() ? "no cluster" : "cluster " + found.clusterId();
    }

    /** Reads the file; empty if it is missing or damaged. */
    static Optional<Content> read(Path path) {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try {
            Matcher content = CONTENT.matcher(new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
            if (content.matches() && Checksum.isOf(content.group("text"), content.group("line"))) {
                long size = Long.parseLong(content.group("size"));
                return Optional.of(new Content(
                        content.group("cluster"),
                        Long.parseLong(content.group("index")),
                        size,
                        Optional.ofNullable(content.group("file"))
                                .filter(sum -> size > 0)
                                .map(sum -> Integer.parseUnsignedInt(sum, 16))));
            }
            LOG.warn("{} is damaged", path);
        } catch (IOException | NumberFormatException e) {
            LOG.warn("{} can't be read", path, e);
        }
        return Optional.empty();
    }

    /**
     * Opens the file for writing, creates it if it is missing, and writes a content.
     *
     * @throws StoreException if the file cannot be written
     */
    static AcknowledgedFile keep(Path path, Content content) {
        try {
            FileChannel file =
                    FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_ONLY);
            AcknowledgedFile kept = new AcknowledgedFile(path, file, content.clusterId());
            kept.write(content.index(), content.size(), content.checksum().orElse(0));
            file.truncate(file.position());
            return kept;
        } catch (IOException e) {
            throw new StoreException("Can't write " + path, e);
        }
    }

    /**
     * Records that all writes up to an index are on disk. A failure to write the file is logged once and does not stop
     * the store.
     */
    void acknowledge(long index) {
        if (index <= acknowledged) {
            return;
        }
        try {
            write(index, 0, 0);
            failed = false;
        } catch (IOException e) {
            // The acknowledged writes are in the database; only the check of the next start is weaker.
            if (!failed) {
                LOG.warn("Can't write {}: the next start checks the database against an older index", path, e);
            }
            failed = true;
        }
    }

    /** Records the size and the checksum of the closed database's file, which is on disk. */
    void databaseClosed(Path database) {
        try {
            write(acknowledged, Files.size(database), Checksum.of(database));
        } catch (IOException e) {
            LOG.warn("Can't record the size and checksum of the database's file: the next start reads all of it", e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new StoreException("Can't close " + path, e);
        }
    }

    private void write(long index, long size, int checksum) throws IOException {
        String text = FORMAT.formatted(clusterId, index, size, checksum);
        ByteBuffer line = StandardCharsets.US_ASCII.encode(CHECKED.formatted(text, Checksum.of(text)));
        file.position(0);
        while (line.hasRemaining()) {
            file.write(line);
        }
        acknowledged = index;
    }
}
