package dev.gantry.rkt.pod;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The names of system calls, of all architectures: those of libseccomp 2.5.4, which knows what Linux 5.17 has. crun leaves
 * out in silence what its libseccomp does not know, so no name is taken that it might not.
 */
final class SystemCalls {

    private static final String NAMES = "/system-calls";

    private SystemCalls() {}

    /**
     * All names.
     *
     * @return the names, read anew
     */
    static Set<String> names() {
        try (InputStream in = SystemCalls.class.getResourceAsStream(NAMES)) {
            return Set.of(new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
