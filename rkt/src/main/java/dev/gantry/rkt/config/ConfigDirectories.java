package dev.gantry.rkt.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directories of rkt's configuration, in the order of the components. A later directory overrides an earlier one.
 *
 * @param system the vendor's ({@code --system-config})
 * @param local the machine's ({@code --local-config})
 * @param user the directory of a user ({@code --user-config}); usually empty
 */
public record ConfigDirectories(Path system, Path local, Optional<Path> user) {

    /** The directories without flags. */
    public static final ConfigDirectories DEFAULT =
            new ConfigDirectories(Path.of("/usr/lib/rkt"), Path.of("/etc/rkt"), Optional.empty());

    /**
     * Returns the directories.
     *
     * @return the directories, lowest precedence first
     */
    public List<Path> inOrder() {
        return Stream.concat(Stream.of(system, local), user.stream()).toList();
    }
}
