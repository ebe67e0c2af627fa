package dev.gantry.client;

import dev.gantry.v1.StreamLogsResponse;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** A task's output as a stream of bytes. Pieces are asked for only as they are read. */
final class LogInputStream extends InputStream {

    private static final int BYTE = 0xff;

    private final ServerStream<StreamLogsResponse> pieces;
    private ByteBuffer piece = ByteBuffer.allocate(0);
    private boolean ended;

    LogInputStream(ServerStream<StreamLogsResponse> pieces) {
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

    /** Whether there is at least one byte to read. */
    private boolean fill() {
        while (available() == 0 && !ended) {
            Optional<StreamLogsResponse> next = readPiece();
            ended = next.isEmpty();
            next.ifPresent(answer -> piece = answer.getData().asReadOnlyByteBuffer());
        }
        return !ended;
    }

    private Optional<StreamLogsResponse> readPiece() {
        try {
            return pieces.read(ServerStream.FOREVER);
        } catch (TimeoutException e) {
            throw new IllegalStateException("For ever has ended", e);
        }
    }
}
