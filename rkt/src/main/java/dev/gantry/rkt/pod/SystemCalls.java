package dev.gantry.rkt.pod;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The names of the system calls of all architectures that libseccomp 2.5.4 knows (Linux 5.17). crun silently ignores
 * names that its libseccomp does not know, so other names are refused.
 */
final class SystemCalls {

    private static final String NAMES = "/system-calls";

    private SystemCalls() {}

    /**
     * Reads all names.
     *
     * @return the names of all system calls that are known
     */
    static Set<String> names() {
        try (InputStream in = SystemCalls.class.getResourceAsStream(NAMES)) {
            return Set.of(new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
