package dev.gantry.snapshot;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.v1.SnapshotEnd;
import dev.gantry.v1.SnapshotHeader;
import dev.gantry.v1.SnapshotPart;
import dev.gantry.v1.SnapshotRows;
import dev.gantry.v1.SnapshotSummary;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads and verifies a snapshot file. */
public final class SnapshotFile {

    /** The largest part: rows end at about 1 MiB, and one row alone is no larger than a request. */
    private static final int LARGEST_PART = 64 << 20;

    private static final int BUFFER = 1 << 16;

    private final InputStream parts;
    private final MessageDigest digest = SnapshotWriter.sha256();
    private final Map<String, Long> counts = new LinkedHashMap<>();

    private SnapshotFile(InputStream parts) {
        this.parts = parts;
    }

    /** Receives the parts of a snapshot while it is read. The file is whole only once it was read to its end. */
    public interface Reader {

        /**
         * Receives the header.
         *
         * @param header the header, of a format that this program reads
         * @throws SnapshotException if the reader can't use the snapshot
         */
        void begin(SnapshotHeader header) throws SnapshotException;

        /**
         * Receives rows.
         *
         * @param rows rows of a table
         * @throws SnapshotException if the reader can't use the rows
         */
        void rows(SnapshotRows rows) throws SnapshotException;
    }

    /**
     * Verifies a file.
     *
     * @param file the file
     * @return what it has
     * @throws SnapshotException if it is no whole snapshot
     * @throws IOException if it can't be read
     */
    public static SnapshotSummary verify(Path file) throws SnapshotException, IOException {
        return read(file, new Reader() {
            @Override
            public void begin(SnapshotHeader header) {
                // Only counted.
            }

            @Override
            public void rows(SnapshotRows rows) {
                // Only counted.
            }
        });
    }

    /**
     * Reads a file, and verifies it on the way.
     *
     * @param file the file
     * @param reader receives its parts
     * @return what it has, once all of it was read and is whole
     * @throws SnapshotException if it is no whole snapshot, or if the reader can't use it
     * @throws IOException if it can't be read
     */
    public static SnapshotSummary read(Path file, Reader reader) throws SnapshotException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            InputStream unzipped;
            try {
                unzipped = new GZIPInputStream(in, BUFFER);
            } catch (ZipException | EOFException e) {
                throw new SnapshotException("is no snapshot of Gantry", e);
            }
            return new SnapshotFile(new BufferedInputStream(unzipped, BUFFER)).read(reader);
        }
    }

    private SnapshotSummary read(Reader reader) throws SnapshotException, IOException {
        try {
            SnapshotPart first = next();
            SnapshotHeader header = first.getHeader();
            if (!first.hasHeader()) {
                throw new SnapshotException("is no snapshot of Gantry");
            }
            if (header.getFormat() != SnapshotWriter.FORMAT) {
                throw new SnapshotException("has format %d, and this program reads format %d: use the version %s of it"
                        .formatted(header.getFormat(), SnapshotWriter.FORMAT, header.getServerVersion()));
            }
            reader.begin(header);
            while (true) {
                byte[] before = digestSoFar();
                SnapshotPart part = next();
                switch (part.getPartCase()) {
                    case ROWS -> {
                        counts.merge(
                                part.getRows().getTable(), (long) part.getRows().getRowsCount(), Long::sum);
                        reader.rows(part.getRows());
                    }
                    case END -> {
                        check(part.getEnd(), before);
                        return SnapshotSummary.newBuilder()
                                .setHeader(header)
                                .addAllTables(part.getEnd().getTablesList())
                                .build();
                    }
                    case HEADER, PART_NOT_SET -> throw damaged(null);
                }
            }
        } catch (EOFException e) {
            throw new SnapshotException("is cut off", e);
        } catch (ZipException | InvalidProtocolBufferException e) {
            throw damaged(e);
        }
    }

    private byte[] digestSoFar() {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-256 of Java can be cloned", e);
        }
    }

    private void check(SnapshotEnd end, byte[] sha256) throws SnapshotException, IOException {
        boolean isWhole = MessageDigest.isEqual(end.getSha256().toByteArray(), sha256)
                && end.getTablesCount() == counts.size()
                && end.getTablesList().stream()
                        .allMatch(table -> counts.getOrDefault(table.getName(), -1L) == table.getRows());
        // Reads to the end, where gzip's own checksum is compared.
        if (!isWhole || parts.read() >= 0) {
            throw damaged(null);
        }
    }

    private static SnapshotException damaged(Exception cause) {
        return new SnapshotException("is damaged", cause);
    }

    private SnapshotPart next() throws SnapshotException, IOException {
        byte[] length = length();
        int size = CodedInputStream.newInstance(length).readRawVarint32();
        if (size < 0 || size > LARGEST_PART) {
            throw damaged(null);
        }
        byte[] bytes = parts.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException();
        }
        digest.update(length);
        digest.update(bytes);
        return SnapshotPart.parseFrom(bytes);
    }

    /** Reads a varint of at most five bytes. */
    private byte[] length() throws SnapshotException, IOException {
        byte[] varint = new byte[5];
        for (int i = 0; i < varint.length; i++) {
            int read = parts.read();
            if (read < 0) {
                throw new EOFException();
            }
            varint[i] = (byte) read;
            if (read < 0x80) {
                return Arrays.copyOf(varint, i + 1);
            }
        }
        throw damaged(null);
    }
}
