package dev.gantry.client;

import com.google.protobuf.ByteString;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Function;

/**
 * Bytes that come in pieces. A piece is fetched only when it is read.
 *
 * @param <T> the messages that have the pieces
 */
final class PieceInputStream<T> extends InputStream {

    private static final int BYTE = 0xff;

    private final Watch<T> pieces;
    private final Function<T, ByteString> data;
    private ByteBuffer piece = ByteBuffer.allocate(0);

    PieceInputStream(Watch<T> pieces, Function<T, ByteString> data) {
        this.pieces = pieces;
        this.data = data;
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
            piece = data.apply(pieces.next()).asReadOnlyByteBuffer();
        }
        return available() > 0;
    }
}
