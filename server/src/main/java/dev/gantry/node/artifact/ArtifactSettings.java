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
 * @param stall the longest time without data from a server, and how long it may be slow
 * @param leastRate how many bytes a second a server has to send, on average within that time
 * @param patience the time after which the users of a task are told that it waits to fetch artifacts
 */
public record ArtifactSettings(
        List<Path> directories,
        Optional<Path> credentials,
        long maxBytes,
        long cacheBytes,
        int maxEntries,
        Duration timeout,
        Duration stall,
        long leastRate,
        Duration patience) {

    /** The settings of a node without options. The timeout is Nomad's. The rate is that of a modem. */
    public static final ArtifactSettings DEFAULT = new ArtifactSettings(
            List.of(),
            Optional.empty(),
            10L << 30,
            2L << 30,
            100_000,
            Duration.ofMinutes(30),
            Duration.ofMinutes(1),
            4096,
            Duration.ofSeconds(5));

    /** How many artifacts a node begins to fetch at the same time, and unpacks. */
    static final int AT_ONCE = 4;

    /** How many more it fetches that take longer than {@link #BRIEF}. Each is a connection that waits for a slow server. */
    static final int LASTING = 28;

    /** After this time, another task may fetch beside one that still does. */
    static final Duration BRIEF = Duration.ofMinutes(1);

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
        return new ArtifactSettings(
                directories, credentials, maxBytes, cacheBytes, maxEntries, timeout, stall, leastRate, patience);
    }
}
