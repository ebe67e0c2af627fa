package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.io.InputStream;

/** Decompresses an archive, and fails when it exceeds the limits. */
public final class LimitedArchive extends InputStream {

    private final CountingInputStream source;
    private final InputStream archive;
    private final ImageLimits limits;
    private final String what;
    private long bytes;

    private LimitedArchive(CountingInputStream source, InputStream archive, ImageLimits limits, String what) {
        this.source = source;
        this.archive = archive;
        this.limits = limits;
        this.what = what;
    }

    /** Opens the archive of an image. */
    static LimitedArchive of(InputStream file, ImageLimits limits) throws IOException {
        return of(file, limits, "the image's archive holds");
    }

    /**
     * Opens the archive in a file that may be compressed.
     *
     * @param file the file
     * @param limits the limits of the archive
     * @param what the beginning of the message, such as "the archive holds"
     * @return the archive
     * @throws IOException if the file can't be read or its compression is damaged
     */
    public static LimitedArchive of(InputStream file, ImageLimits limits, String what) throws IOException {
        CountingInputStream source = new CountingInputStream(file);
        return new LimitedArchive(source, Decompression.of(source), limits, what);
    }

    @Override
    public int read() throws IOException {
        int read = archive.read();
        if (read >= 0) {
            count(1);
        }
        return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = archive.read(buffer, offset, length);
        if (read > 0) {
            count(read);
        }
        return read;
    }

    private void count(int read) throws IOException {
        bytes += read;
        try {
            limits.check(what, bytes, source.bytes());
        } catch (RktException e) {
            throw new RefusedImageException(e.getMessage(), e);
        }
    }
}
