package dev.gantry.rkt.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where rkt's configuration lies; what stands in a later one supersedes what stands in an earlier one.
 *
 * @param system the vendor's ({@code --system-config})
 * @param local the machine's ({@code --local-config})
 * @param user a user's ({@code --user-config}); usually none
 */
public record ConfigDirectories(Path system, Path local, Optional<Path> user) {

    /** Where configuration lies if no flag says otherwise. */
    public static final ConfigDirectories DEFAULT =
            new ConfigDirectories(Path.of("/usr/lib/rkt"), Path.of("/etc/rkt"), Optional.empty());

    /**
     * The directories.
     *
     * @return the one that is superseded first
     */
    public List<Path> inOrder() {
        return Stream.concat(Stream.of(system, local), user.stream()).toList();
    }
}
