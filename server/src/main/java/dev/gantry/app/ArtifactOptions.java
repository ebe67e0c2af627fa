package dev.gantry.app;

import dev.gantry.node.artifact.ArtifactCredentials;
import dev.gantry.node.artifact.ArtifactSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The command line options of a node about the artifacts of tasks. */
final class ArtifactOptions {

    private static final int MIB = 20;

    /** A gigabyte of gigabytes, in MiB: bytes fit into a long. */
    private static final long MOST_MIB = 1L << 30;

    @Option(
            names = "--artifact-directory",
            paramLabel = "DIR",
            description = "A directory whose files artifacts may name by file:///PATH. May be repeated. Default: none.")
    private List<Path> directories = new ArrayList<>();

    @Option(
            names = "--artifact-credentials",
            paramLabel = "FILE",
            description = "The file with credentials for servers of artifacts, which is read for each anew.")
    private Optional<Path> credentials = Optional.empty();

    @Option(
            names = "--artifact-max-size",
            paramLabel = "MIB",
            description = "The largest size of an artifact, downloaded and unpacked. Default: 10240.")
    private Optional<Long> maxSize = Optional.empty();

    @Option(
            names = "--artifact-cache-size",
            paramLabel = "MIB",
            description = "How much the node keeps of what it has downloaded. Default: 2048.")
    private Optional<Long> cacheSize = Optional.empty();

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException if a value can't be used; the message names it
     */
    ArtifactSettings toSettings() {
        ArtifactSettings usual = ArtifactSettings.DEFAULT;
        try {
            var unused = ArtifactCredentials.read(credentials);
        } catch (IOException e) {
            throw new IllegalArgumentException("--artifact-credentials: " + e.getMessage(), e);
        }
        return usual.with(
                directories.stream().map(ArtifactOptions::real).toList(),
                credentials.map(Path::toAbsolutePath),
                maxSize.map(size -> bytes("--artifact-max-size", size, 1)).orElse(usual.maxBytes()),
                cacheSize.map(size -> bytes("--artifact-cache-size", size, 0)).orElse(usual.cacheBytes()));
    }

    private static Path real(Path directory) {
        try {
            if (Files.isDirectory(directory)) {
                return directory.toRealPath();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("--artifact-directory %s: %s".formatted(directory, e), e);
        }
        throw new IllegalArgumentException(
                "--artifact-directory %s is no directory: make it first".formatted(directory));
    }

    private static long bytes(String option, long mebibytes, long least) {
        if (mebibytes < least || mebibytes > MOST_MIB) {
            throw new IllegalArgumentException("%s %d is not %d to %d".formatted(option, mebibytes, least, MOST_MIB));
        }
        return mebibytes << MIB;
    }
}
