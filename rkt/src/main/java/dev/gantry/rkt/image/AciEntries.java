package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads the entries of an untrusted image archive. */
final class AciEntries {

    /**
     * The largest headers of one entry. The library keeps them in memory, and recurses for each further header. Names
     * have up to 4096 bytes, extended attributes 64 KiB.
     */
    private static final long MAX_HEADER_BYTES = 512L << 10;

    private final CountingInputStream source;
    private final TarArchiveInputStream tar;
    private final ImageLimits limits;
    private TarArchiveEntry current;
    private long start;
    private long entries;

    /**
     * Reads an archive.
     *
     * @param archive the uncompressed archive
     * @param limits how many entries it may have
     */
    AciEntries(InputStream archive, ImageLimits limits) {
        this.source = new CountingInputStream(archive);
        this.tar = new TarArchiveInputStream(source, StandardCharsets.UTF_8.name());
        this.limits = limits;
    }

    /**
     * Reads the next entry.
     *
     * @return the entry; null after the last one
     * @throws RktException if there are too many, or the archive is damaged
     * @throws IOException if the header of an entry is refused
     */
    TarArchiveEntry next() throws IOException, RktException {
        long unread = current == null ? 0 : Math.max(0, current.getSize() - (source.bytes() - start));
        source.allow(unread + MAX_HEADER_BYTES);
        current = readEntry();
        source.allow(Long.MAX_VALUE);
        start = source.bytes();
        if (current != null && ++entries > limits.maxEntries()) {
            throw new RktException("the image has more than %d entries; RKT_IMAGE_MAX_ENTRIES allows more"
                    .formatted(limits.maxEntries()));
        }
        return current;
    }

    private TarArchiveEntry readEntry() throws IOException, RktException {
        try {
            return tar.getNextEntry();
        } catch (RefusedImageException e) {
            throw e;
        } catch (IOException e) {
            throw new RktException("the image's archive is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the content of the current entry.
     *
     * @return a stream that ends with the entry; not to be closed
     */
    InputStream content() {
        return tar;
    }
}
