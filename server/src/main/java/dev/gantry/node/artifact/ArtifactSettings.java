package dev.gantry.node.artifact;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the owner of a node has set for artifacts.
 *
 * @param directories the directories that {@code file://} may name files of; absolute, without links
 * @param credentials the file with credentials for servers
 * @param maxBytes the most bytes of one artifact, as it is downloaded and as it is unpacked
 * @param cacheBytes the most bytes of downloads that are kept
 * @param maxEntries the most files, directories and links of one artifact
 * @param timeout the longest time for one artifact
 * @param stall the longest time without data from a server
 */
public record ArtifactSettings(
        List<Path> directories,
        Optional<Path> credentials,
        long maxBytes,
        long cacheBytes,
        int maxEntries,
        Duration timeout,
        Duration stall) {

    /** The settings of a node without options; the times are Nomad's. */
    public static final ArtifactSettings DEFAULT = new ArtifactSettings(
            List.of(), Optional.empty(), 10L << 30, 2L << 30, 100_000, Duration.ofMinutes(30), Duration.ofMinutes(1));

    /** How many artifacts a node fetches at the same time. */
    static final int AT_ONCE = 4;

    /** Makes the list immutable. */
    public ArtifactSettings {
        directories = List.copyOf(directories);
    }

    /**
     * Replaces what operators may set.
     *
     * @param directories see above
     * @param credentials see above
     * @param maxBytes see above
     * @param cacheBytes see above
     */
    public ArtifactSettings with(List<Path> directories, Optional<Path> credentials, long maxBytes, long cacheBytes) {
        return new ArtifactSettings(directories, credentials, maxBytes, cacheBytes, maxEntries, timeout, stall);
    }
}
