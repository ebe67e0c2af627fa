package dev.gantry.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** CRC-32C checksums, which detect damage by disks, copies and editors. They give no protection against attackers. */
public final class Checksum {

    private static final int BUFFER = 1 << 20;

    private Checksum() {}

    /**
     * Computes the checksum of the first bytes of an array.
     *
     * @param bytes the array
     * @param length the number of bytes
     * @return 32 bits
     */
    public static int of(byte[] bytes, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }

    /**
     * Computes the checksum of a text.
     *
     * @param text the text
     * @return eight hexadecimal digits
     */
    public static String of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return "%08x".formatted(of(bytes, bytes.length));
    }

    /**
     * Returns true if a text matches its checksum.
     *
     * @param text the text
     * @param checksum the result of {@link #of(String)}; null if an older version stored none
     * @return true if it matches, or if there is no checksum
     */
    public static boolean isOf(String text, String checksum) {
        return checksum == null || checksum.equals(of(text));
    }

    /**
     * Computes the checksum of a whole file.
     *
     * @param file the file
     * @return 32 bits
     * @throws IOException if it can't be read
     */
    public static int of(Path file) throws IOException {
        CRC32C sum = new CRC32C();
        byte[] buffer = new byte[BUFFER];
        try (InputStream content = Files.newInputStream(file)) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                sum.update(buffer, 0, read);
            }
        }
        return (int) sum.getValue();
    }
}
