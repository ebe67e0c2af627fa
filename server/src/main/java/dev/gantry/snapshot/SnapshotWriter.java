package dev.gantry.snapshot;

import com.google.protobuf.ByteString;
import dev.gantry.v1.SnapshotEnd;
import dev.gantry.v1.SnapshotHeader;
import dev.gantry.v1.SnapshotPart;
import dev.gantry.v1.SnapshotRows;
import dev.gantry.v1.SnapshotTable;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Writes the parts of a snapshot file. Used by one thread at a time. */
public final class SnapshotWriter {

    /** The format that is written. */
    static final int FORMAT = 1;

    private static final int BUFFER = 1 << 15;

    private final GZIPOutputStream compressed;
    private final DigestOutputStream parts;
    private final Map<String, Long> rows = new LinkedHashMap<>();

    /**
     * Begins a file with its header.
     *
     * @param target gets the bytes of the file, some time after the calls that they come from; not closed
     * @param header the header; its format is set here
     * @throws IOException if the target fails
     */
    public SnapshotWriter(OutputStream target, SnapshotHeader header) throws IOException {
        this.compressed = new FastGzip(target);
        this.parts = new DigestOutputStream(compressed, sha256());
        SnapshotPart.newBuilder()
                .setHeader(header.toBuilder().setFormat(FORMAT))
                .build()
                .writeDelimitedTo(parts);
    }

    /** The server that writes a snapshot has other work: a snapshot compressed best takes five times as long. */
    private static final class FastGzip extends GZIPOutputStream {

        FastGzip(OutputStream target) throws IOException {
            super(target, BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    /**
     * Writes rows.
     *
     * @param some the rows of a table; may be none, so that the table is known to be empty
     * @throws IOException if the target fails
     */
    public void write(SnapshotRows some) throws IOException {
        rows.merge(some.getTable(), (long) some.getRowsCount(), Long::sum);
        SnapshotPart.newBuilder().setRows(some).build().writeDelimitedTo(parts);
    }

    /**
     * Ends the file: all of its bytes are in the target then.
     *
     * @throws IOException if the target fails
     */
    public void end() throws IOException {
        SnapshotEnd.Builder end = SnapshotEnd.newBuilder()
                .setSha256(ByteString.copyFrom(parts.getMessageDigest().digest()));
        rows.forEach((table, count) ->
                end.addTables(SnapshotTable.newBuilder().setName(table).setRows(count)));
        SnapshotPart.newBuilder().setEnd(end).build().writeDelimitedTo(compressed);
        compressed.finish();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Each Java has SHA-256", e);
        }
    }
}
