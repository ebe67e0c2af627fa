package dev.gantry.rkt.tar;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;

/**
 * The extended attributes of an archive's entries: records {@code SCHILY.xattr.NAME} of pax headers, as GNU tar, bsdtar
 * and docker write them. The library decodes values as UTF-8, which breaks capabilities, so this class reads them from
 * the archive's bytes. {@link PaxArchive} writes them.
 */
public final class PaxAttributes {

    /** Begins the keys of such records. */
    static final String PREFIX = "SCHILY.xattr.";

    private static final int BLOCK = 512;
    private static final int TYPE_OFFSET = 156;
    private static final int SIZE_OFFSET = 124;
    private static final int SIZE_LENGTH = 12;

    /** The offset of the byte in an old GNU sparse header that tells whether its list continues in another block. */
    private static final int FIRST_CONTINUATION_OFFSET = 482;

    private static final int NEXT_CONTINUATION_OFFSET = 504;

    /** Longer headers are refused where the entries themselves are read. */
    private static final int MAX_HEADER_BYTES = 512 << 10;

    private static final int MAX_DIGITS = 18;

    /** The most bytes of attributes in one archive. They are kept in memory. */
    private static final int MAX_BYTES = 16 << 20;

    private final Map<Integer, SortedMap<String, byte[]>> byEntry = new HashMap<>();
    private int bytes;

    private PaxAttributes() {}

    /**
     * Reads the attributes that images keep. An archive that ends too early or is damaged is read as far as it goes.
     *
     * @param archive an uncompressed archive
     * @return the attributes
     * @throws RktException if they hold more than 16 MiB
     * @throws IOException if the archive can't be read
     */
    public static PaxAttributes read(Path archive) throws IOException, RktException {
        PaxAttributes attributes = new PaxAttributes();
        try (FileChannel file = FileChannel.open(archive, StandardOpenOption.READ)) {
            attributes.read(file);
        }
        return attributes;
    }

    /**
     * Returns the extended attributes of an entry.
     *
     * @param index the number of entries before it, without headers that describe other entries
     * @return the values by name; empty for most entries
     */
    public SortedMap<String, byte[]> of(int index) {
        return byEntry.getOrDefault(index, new TreeMap<>());
    }

    private void read(FileChannel file) throws IOException, RktException {
        int index = 0;
        long size = -1;
        SortedMap<String, byte[]> pending = new TreeMap<>();
        long at = 0;
        byte[] header = read(file, at, BLOCK);
        while (header.length == BLOCK && !isEmpty(header)) {
            long content = at + BLOCK;
            long length = length(header);
            switch (header[TYPE_OFFSET]) {
                case TarConstants.LF_PAX_EXTENDED_HEADER_LC, TarConstants.LF_PAX_EXTENDED_HEADER_UC -> {
                    byte[] records =
                            length < 0 || length > MAX_HEADER_BYTES ? new byte[0] : read(file, content, (int) length);
                    size = readRecords(records, pending, size);
                }
                case TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER,
                        TarConstants.LF_GNUTYPE_LONGNAME,
                        TarConstants.LF_GNUTYPE_LONGLINK -> {
                    // A header that describes other entries; it has no attributes.
                }
                default -> {
                    if (header[TYPE_OFFSET] == TarConstants.LF_GNUTYPE_SPARSE) {
                        content = afterContinuations(file, header, content);
                    }
                    length = size >= 0 ? size : length;
                    if (!pending.isEmpty()) {
                        byEntry.put(index, pending);
                        pending = new TreeMap<>();
                    }
                    size = -1;
                    index++;
                }
            }
            if (length < 0 || length > file.size() - content) {
                return;
            }
            at = content + (length + BLOCK - 1) / BLOCK * BLOCK;
            header = read(file, at, BLOCK);
        }
    }

    private static long length(byte[] header) {
        try {
            return TarUtils.parseOctalOrBinary(header, SIZE_OFFSET, SIZE_LENGTH);
        } catch (IllegalArgumentException e) {
            return -1;
        }
    }

    private static long afterContinuations(FileChannel file, byte[] header, long content) throws IOException {
        long at = content;
        boolean goesOn = header[FIRST_CONTINUATION_OFFSET] != 0;
        while (goesOn) {
            byte[] block = read(file, at, BLOCK);
            at += BLOCK;
            goesOn = block.length == BLOCK && block[NEXT_CONTINUATION_OFFSET] != 0;
        }
        return at;
    }

    /** Reads {@code LENGTH KEY=VALUE\n} again and again; returns the size of the entry if a record tells it. */
    private long readRecords(byte[] records, Map<String, byte[]> attributes, long sizeBefore) throws RktException {
        long size = sizeBefore;
        int at = 0;
        while (at < records.length) {
            int space = indexOf(records, ' ', at);
            int equals = indexOf(records, '=', at);
            long length = number(records, at, space);
            if (space < 0 || equals < space || length <= equals - at || length > records.length - at) {
                return size;
            }
            int end = at + (int) length;
            String key = new String(records, space + 1, equals - space - 1, StandardCharsets.UTF_8);
            if (key.equals("size")) {
                size = number(records, equals + 1, end - 1);
            } else if (key.startsWith(PREFIX) && ExtendedAttributes.isKept(key.substring(PREFIX.length()))) {
                byte[] value = Arrays.copyOfRange(records, equals + 1, end - 1);
                bytes += key.length() + value.length;
                if (bytes > MAX_BYTES) {
                    throw new RktException(
                            "the image's extended attributes hold more than %d bytes".formatted(MAX_BYTES));
                }
                attributes.put(key.substring(PREFIX.length()), value);
            }
            at = end;
        }
        return size;
    }

    private static int indexOf(byte[] bytes, char character, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == character) {
                return i;
            }
        }
        return -1;
    }

    /** Reads a number of 1 to 18 digits; returns -1 if the bytes are no such number. */
    private static long number(byte[] bytes, int from, int to) {
        if (to <= from || to - from > MAX_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            number = number * 10 + bytes[i] - '0';
        }
        return number;
    }

    private static boolean isEmpty(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Less than asked for at the end of the file. */
    private static byte[] read(FileChannel file, long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && file.read(buffer, at + buffer.position()) > 0) {
            // Continues at the current position.
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }
}
