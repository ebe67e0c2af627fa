package dev.gantry.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** CRC-32C: tells what was written from what a disk, a copy or an editor has made of it. It is no proof against an attacker. */
public final class Checksum {

    private static final int BUFFER = 1 << 20;

    private Checksum() {}

    /**
     * The checksum of some bytes.
     *
     * @param bytes begin with them
     * @param length how many they are
     * @return 32 bits
     */
    public static int of(byte[] bytes, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }

    /**
     * The checksum of a text, as a text.
     *
     * @param text any text
     * @return eight hexadecimal digits
     */
    public static String of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return "%08x".formatted(of(bytes, bytes.length));
    }

    /**
     * Whether a text is as it was when its checksum was made.
     *
     * @param text the text
     * @param checksum what {@link #of(String)} has returned; null where an older version has made none
     * @return true if it is, or if there is no checksum
     */
    public static boolean isOf(String text, String checksum) {
        return checksum == null || checksum.equals(of(text));
    }

    /**
     * The checksum of a whole file. It is read as fast as the disk gives it.
     *
     * @param file any file
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
