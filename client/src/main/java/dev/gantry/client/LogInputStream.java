package dev.gantry.client;

import dev.gantry.v1.StreamLogsResponse;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A task's output as a stream of bytes. Pieces are fetched only when they are read. */
final class LogInputStream extends InputStream {

    private static final int BYTE = 0xff;

    private final Watch<StreamLogsResponse> pieces;
    private ByteBuffer piece = ByteBuffer.allocate(0);

    LogInputStream(Watch<StreamLogsResponse> pieces) {
        this.pieces = pieces;
    }

    @Override
    public int read() {
        return fill() ? piece.get() & BYTE : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, available());
        piece.get(target, offset, count);
        return count;
    }

    @Override
    public int available() {
        return piece.remaining();
    }

    @Override
    public void close() {
        pieces.close();
    }

    /** Returns true if there is at least one byte to read. */
    private boolean fill() {
        while (available() == 0 && pieces.hasNext()) {
            piece = pieces.next().getData().asReadOnlyByteBuffer();
        }
        return available() > 0;
    }
}
