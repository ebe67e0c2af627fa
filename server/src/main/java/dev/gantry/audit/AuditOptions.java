package dev.gantry.audit;

import java.nio.file.Path;

/**
 * How a server records calls.
 *
 * @param file the file
 * @param maxBytes the size at which the file is replaced by an empty one, more than 0
 * @param maxFiles how many files are kept, the newest one included; 1 or more
 * @param isSync true to have a line on disk before the call is answered
 * @param isRequired true to refuse calls that can't be recorded
 */
public record AuditOptions(Path file, long maxBytes, int maxFiles, boolean isSync, boolean isRequired) {

    /** The default size, in MiB. */
    public static final int DEFAULT_MAX_MEBIBYTES = 64;

    /** The default number of files. */
    public static final int DEFAULT_MAX_FILES = 8;

    /**
     * Validates the values.
     *
     * @throws IllegalArgumentException if a number is too small
     */
    public AuditOptions {
        if (maxBytes <= 0 || maxFiles < 1) {
            throw new IllegalArgumentException(
                    "An audit log has at least one file, of at least one byte, not %d of %d bytes"
                            .formatted(maxFiles, maxBytes));
        }
    }
}
