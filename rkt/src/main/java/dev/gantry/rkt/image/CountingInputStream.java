package dev.gantry.rkt.image;

import java.io.IOException;
import java.io.InputStream;

/** Counts the bytes that are read through it, and fails after a limit that the caller sets. */
final class CountingInputStream extends InputStream {

    private final InputStream in;
    private long bytes;
    private long end = Long.MAX_VALUE;

    CountingInputStream(InputStream in) {
        this.in = in;
    }

    /** Returns the number of bytes that were read. */
    long bytes() {
        return bytes;
    }

    /** Sets the limit: this many more bytes may be read, and up to a buffer more than that. */
    void allow(long more) {
        end = more == Long.MAX_VALUE ? more : bytes + more;
    }

    @Override
    public int read() throws IOException {
        int read = in.read();
        count(read < 0 ? 0 : 1);
        return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = in.read(buffer, offset, length);
        count(Math.max(0, read));
        return read;
    }

    private void count(int read) throws IOException {
        bytes += read;
        if (bytes > end) {
            throw new RefusedImageException("the image has an entry with an excessive header", null);
        }
    }
}
