package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import java.util.Map;

/**
 * Limits of images. An image that exceeds a limit is refused while it is read, even if it is signed.
 *
 * @param maxBytes the largest size of its archive, and of its files together
 * @param maxExpansion how many times larger than the downloaded file the archive may be, and than the archive the
 *     files; the first {@value #FREE_BYTES} bytes are free. gzip gets to 1032, and programs and texts to 20
 * @param maxEntries how many entries its archive may have
 */
public record ImageLimits(long maxBytes, long maxExpansion, long maxEntries) {

    /** The limits without variables; the largest images in use have 15 GiB and 300 000 files. */
    public static final ImageLimits DEFAULT = new ImageLimits(16L << 30, 200, 500_000);

    private static final long FREE_BYTES = 64L << 20;

    /**
     * Reads the limits that a user has set: {@code RKT_IMAGE_MAX_BYTES}, {@code RKT_IMAGE_MAX_EXPANSION}, {@code
     * RKT_IMAGE_MAX_ENTRIES}.
     *
     * @param environment the variables
     * @return the limits
     * @throws RktException if a variable is no positive number
     */
    public static ImageLimits of(Map<String, String> environment) throws RktException {
        return new ImageLimits(
                number(environment, "RKT_IMAGE_MAX_BYTES", DEFAULT.maxBytes),
                number(environment, "RKT_IMAGE_MAX_EXPANSION", DEFAULT.maxExpansion),
                number(environment, "RKT_IMAGE_MAX_ENTRIES", DEFAULT.maxEntries));
    }

    /** Throws if a size exceeds the limit, or is too large in proportion to its source. */
    void check(String what, long bytes, long sourceBytes) throws RktException {
        if (bytes > maxBytes) {
            throw new RktException("%s more than %d bytes; RKT_IMAGE_MAX_BYTES allows more".formatted(what, maxBytes));
        }
        if (bytes > FREE_BYTES && bytes / maxExpansion > sourceBytes) {
            throw new RktException(
                    "%s more than %d times the bytes of its source (%d bytes); RKT_IMAGE_MAX_EXPANSION allows more"
                            .formatted(what, maxExpansion, sourceBytes));
        }
    }

    private static long number(Map<String, String> environment, String name, long usual) throws RktException {
        String value = environment.getOrDefault(name, "");
        if (value.isEmpty()) {
            return usual;
        }
        if (!value.matches("0*[1-9][0-9]{0,17}")) {
            throw new RktException("%s=%s is no positive number".formatted(name, value));
        }
        return Long.parseLong(value);
    }
}
