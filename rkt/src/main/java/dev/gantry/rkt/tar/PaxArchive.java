package dev.gantry.rkt.tar;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.SortedMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes an archive in which entries may have extended attributes. The library would encode their values as UTF-8, but
 * they are bytes. Long names and sizes of such an entry are in the same pax header, since some readers use only the
 * second of two pax headers.
 */
public final class PaxArchive implements Closeable {

    private static final int NANOSECOND_DIGITS = 9;
    private static final int BUFFER_BYTES = 1 << 16;

    private final TarArchiveOutputStream tar;

    /**
     * Begins an archive.
     *
     * @param file the target; must not exist
     * @throws IOException if it can't be made
     */
    public PaxArchive(Path file) throws IOException {
        this.tar = new TarArchiveOutputStream(
                new BufferedOutputStream(
                        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        BUFFER_BYTES),
                StandardCharsets.UTF_8.name());
        letLibraryWritePax(true);
    }

    /**
     * Puts an entry without content.
     *
     * @param entry the entry
     * @throws IOException if that fails
     */
    public void put(TarArchiveEntry entry) throws IOException {
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    /**
     * Puts a file.
     *
     * @param entry the entry, with its size
     * @param attributes its extended attributes by name; usually empty
     * @param content its content, of that size
     * @throws IOException if that fails
     */
    public void put(TarArchiveEntry entry, SortedMap<String, byte[]> attributes, InputStream content)
            throws IOException {
        if (!attributes.isEmpty()) {
            letLibraryWritePax(false);
            putHeader(entry, attributes);
        }
        tar.putArchiveEntry(entry);
        content.transferTo(tar);
        tar.closeArchiveEntry();
        letLibraryWritePax(true);
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }

    private void putHeader(TarArchiveEntry entry, SortedMap<String, byte[]> attributes) throws IOException {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        add(records, "path", entry.getName());
        add(records, "uid", Long.toString(entry.getLongUserId()));
        add(records, "gid", Long.toString(entry.getLongGroupId()));
        add(records, "size", Long.toString(entry.getSize()));
        Instant modified = entry.getLastModifiedTime().toInstant();
        add(
                records,
                "mtime",
                BigDecimal.valueOf(modified.getEpochSecond())
                        .add(BigDecimal.valueOf(modified.getNano(), NANOSECOND_DIGITS))
                        .stripTrailingZeros()
                        .toPlainString());
        attributes.forEach((name, value) -> add(records, PaxAttributes.PREFIX + name, value));

        TarArchiveEntry header = new TarArchiveEntry("pax", TarConstants.LF_PAX_EXTENDED_HEADER_LC, true);
        header.setSize(records.size());
        header.setLastModifiedTime(entry.getLastModifiedTime());
        tar.putArchiveEntry(header);
        records.writeTo(tar);
        tar.closeArchiveEntry();
    }

    private void letLibraryWritePax(boolean allowed) {
        tar.setLongFileMode(allowed ? TarArchiveOutputStream.LONGFILE_POSIX : TarArchiveOutputStream.LONGFILE_TRUNCATE);
        tar.setBigNumberMode(allowed ? TarArchiveOutputStream.BIGNUMBER_POSIX : TarArchiveOutputStream.BIGNUMBER_STAR);
        tar.setAddPaxHeadersForNonAsciiNames(allowed);
    }

    private static void add(ByteArrayOutputStream records, String key, String value) {
        add(records, key, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends a record. The length at the beginning of a record includes the length's own digits. */
    private static void add(ByteArrayOutputStream records, String key, byte[] value) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        int rest = name.length + value.length + 3;
        int length = rest + Integer.toString(rest).length();
        if (Integer.toString(length).length() > Integer.toString(rest).length()) {
            length++;
        }
        records.writeBytes((length + " ").getBytes(StandardCharsets.UTF_8));
        records.writeBytes(name);
        records.write('=');
        records.writeBytes(value);
        records.write('\n');
    }
}
