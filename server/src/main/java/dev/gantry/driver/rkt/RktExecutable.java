package dev.gantry.driver.rkt;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the rkt of this machine: the configured one, else the first on the search path, else the bundled one. Searches
 * on each call, so that it finds an rkt that is installed later.
 */
public final class RktExecutable {

    private static final String BUNDLED_PROPERTY = "gantry.rkt.bundled";

    private final Optional<Path> named;
    private final String searchPath;
    private final Optional<Path> bundled;

    RktExecutable(Optional<Path> named, String searchPath, Optional<Path> bundled) {
        this.named = named.map(Path::toAbsolutePath);
        this.searchPath = searchPath;
        this.bundled = bundled;
    }

    /**
     * Looks on this machine: {@code $PATH} is the search path, and the launcher names the bundled rkt in the system
     * property {@code gantry.rkt.bundled}.
     *
     * @param named the configured path; empty: none
     * @return the finder; it has not searched yet
     */
    public static RktExecutable onThisMachine(Optional<Path> named) {
        return new RktExecutable(
                named,
                Optional.ofNullable(System.getenv("PATH")).orElse(""),
                Optional.ofNullable(System.getProperty(BUNDLED_PROPERTY)).map(Path::of));
    }

    /** Finds rkt and returns its absolute path. */
    Path locate() throws RktException {
        if (named.isPresent()) {
            return named.filter(RktExecutable::isExecutable)
                    .orElseThrow(
                            () -> new RktException(named.get() + ", named by --rkt, is no executable file", false));
        }
        return Stream.concat(onSearchPath("rkt", searchPath).stream(), bundled.stream())
                .filter(RktExecutable::isExecutable)
                .findFirst()
                .orElseThrow(() -> new RktException(
                        "There is no rkt on $PATH: install one, name one by --rkt, or start the node by the gantry"
                                + " launcher, which brings a compatible one",
                        false));
    }

    /** Finds a command as a shell does. */
    static Optional<Path> onSearchPath(String command, String searchPath) {
        return Arrays.stream(searchPath.split(File.pathSeparator, -1))
                .filter(directory -> directory.startsWith("/"))
                .flatMap(directory -> path(directory, command).stream())
                .filter(RktExecutable::isExecutable)
                .findFirst();
    }

    private static Optional<Path> path(String directory, String command) {
        try {
            return Optional.of(Path.of(directory, command));
        } catch (InvalidPathException e) {
            // The search path has an invalid name, so there is no such directory.
            return Optional.empty();
        }
    }

    private static boolean isExecutable(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }
}
