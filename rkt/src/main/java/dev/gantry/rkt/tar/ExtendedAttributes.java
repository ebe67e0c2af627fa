package dev.gantry.rkt.tar;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Sets and reads extended attributes of files (xattr(7)). Java itself reaches those of users only, and file
 * capabilities are not among them.
 */
public final class ExtendedAttributes {

    private static final int NO_SUCH_ATTRIBUTE = 61;
    private static final int NOT_SUPPORTED = 95;

    /** The kernel's limit, in bytes, for one value and for the list of names. */
    private static final int MAX_BYTES = 1 << 16;

    private static final String LIBRARY_FAILS =
            "its extended attributes can't be read or written, since the library for them can't"
                    + " be loaded; set TMPDIR to a directory in which programs may run: ";

    private ExtendedAttributes() {}

    /**
     * Decides whether an attribute of an image is kept. As in rkt, these are file capabilities and attributes of users.
     * Others would affect the host, such as labels of its security modules.
     *
     * @param name the whole name
     * @return whether it is kept
     */
    public static boolean isKept(String name) {
        return name.equals("security.capability") || name.startsWith("user.");
    }

    /**
     * Sets attributes of a file. A change of its owner or content takes its capabilities away, so this comes after
     * both.
     *
     * @param file a file; a link is not followed
     * @param attributes the values by name
     * @throws IOException if one can't be set
     */
    public static void set(Path file, Map<String, byte[]> attributes) throws IOException {
        for (Map.Entry<String, byte[]> attribute : attributes.entrySet()) {
            byte[] value = attribute.getValue();
            try {
                C.lsetxattr(text(file.toString()), text(attribute.getKey()), value, new NativeLong(value.length), 0);
            } catch (LastErrorException e) {
                String reason = e.getErrorCode() == NOT_SUPPORTED
                        ? "the file system does not keep extended attributes; choose another one for the data directory"
                        : e.getMessage();
                throw fault(file, "can't be given the attribute \"%s\": %s".formatted(attribute.getKey(), reason), e);
            } catch (LinkageError e) {
                throw fault(file, LIBRARY_FAILS + e.getMessage(), e);
            }
        }
    }

    /**
     * Reads the attributes of a file that images keep.
     *
     * @param file a file; a link is not followed
     * @return the values by name; empty if the file system keeps no attributes
     * @throws IOException if they can't be read
     */
    public static SortedMap<String, byte[]> get(Path file) throws IOException {
        SortedMap<String, byte[]> attributes = new TreeMap<>();
        try {
            byte[] path = text(file.toString());
            // Most files have no attributes. Reading the size of the list first costs less than memory for the longest
            // list.
            if (C.llistxattr(path, null, new NativeLong(0)).intValue() == 0) {
                return attributes;
            }
            byte[] list = new byte[MAX_BYTES];
            int length = C.llistxattr(path, list, new NativeLong(list.length)).intValue();
            for (String name : new String(list, 0, length, StandardCharsets.UTF_8).split("\0", -1)) {
                if (isKept(name)) {
                    attributes.put(name, value(file, name));
                }
            }
        } catch (LastErrorException e) {
            if (e.getErrorCode() != NOT_SUPPORTED && e.getErrorCode() != NO_SUCH_ATTRIBUTE) {
                throw fault(file, "its extended attributes can't be read: " + e.getMessage(), e);
            }
        } catch (LinkageError e) {
            throw fault(file, LIBRARY_FAILS + e.getMessage(), e);
        }
        return attributes;
    }

    private static byte[] value(Path file, String name) {
        byte[] value = new byte[MAX_BYTES];
        int length = C.lgetxattr(text(file.toString()), text(name), value, new NativeLong(value.length))
                .intValue();
        byte[] exact = new byte[length];
        System.arraycopy(value, 0, exact, 0, length);
        return exact;
    }

    private static FileSystemException fault(Path file, String reason, Throwable cause) {
        FileSystemException fault = new FileSystemException(file.toString(), null, reason);
        fault.initCause(cause);
        return fault;
    }

    /** Returns a text as a string of C, with a zero byte at the end. */
    private static byte[] text(String text) {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }

    /** The C library, in a class of its own so that a failure to load it can be reported. */
    private static final class C {

        static {
            Native.register(C.class, "c");
        }

        static native int lsetxattr(byte[] path, byte[] name, byte[] value, NativeLong size, int flags)
                throws LastErrorException;

        static native NativeLong lgetxattr(byte[] path, byte[] name, byte[] value, NativeLong size)
                throws LastErrorException;

        static native NativeLong llistxattr(byte[] path, byte[] list, NativeLong size) throws LastErrorException;
    }
}
