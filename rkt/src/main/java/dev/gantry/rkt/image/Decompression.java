package dev.gantry.rkt.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/**
 * Decompresses an image (appc spec/aci.md: gzip, bzip2, xz or not compressed) or a layer of a docker image (zstd too).
 * The first bytes of the file tell the compression.
 */
final class Decompression {

    private static final int BUFFER_BYTES = 1 << 16;

    /** The memory that the decoder of xz may allocate; the largest preset of xz needs 65 MiB. */
    private static final int XZ_MEMORY_KIB = 128 << 10;

    private Decompression() {}

    /**
     * Opens the archive in a file that may be compressed.
     *
     * @param source the file
     * @return the archive, read while the file is read
     * @throws IOException if the file can't be read or its compression is damaged
     */
    static InputStream of(InputStream source) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(source, BUFFER_BYTES);
        buffered.mark(8);
        byte[] start = buffered.readNBytes(6);
        buffered.reset();
        if (startsWith(start, 0x1f, 0x8b)) {
            return new GZIPInputStream(buffered, BUFFER_BYTES);
        }
        if (startsWith(start, 'B', 'Z', 'h')) {
            return new BZip2CompressorInputStream(buffered, true);
        }
        if (startsWith(start, 0xfd, '7', 'z', 'X', 'Z', 0)) {
            return XZCompressorInputStream.builder()
                    .setInputStream(buffered)
                    .setDecompressConcatenated(true)
                    .setMemoryLimitKiB(XZ_MEMORY_KIB)
                    .get();
        }
        if (startsWith(start, 0x28, 0xb5, 0x2f, 0xfd)) {
            return new ZstdCompressorInputStream(buffered);
        }
        return buffered;
    }

    private static boolean startsWith(byte[] bytes, int... magic) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
