package dev.gantry.node.artifact;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.FileOwner;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.ArtifactMode;
import dev.gantry.v1.ArtifactSourceRestriction;
import dev.gantry.v1.NodeRestrictions;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A fetcher of artifacts with a data directory, for a task with a directory. */
final class ArtifactsFixture {

    static final ArtifactSettings SMALL = settings(Duration.ofSeconds(30), Duration.ofSeconds(10));

    final TaskDirectory task;
    final Path downloads;
    private final AtomicLong seconds = new AtomicLong(1_800_000_000);

    ArtifactsFixture(Path root) throws IOException {
        Path allocation = Files.createDirectories(root.resolve("allocs/a1"));
        task = new TaskDirectory(allocation, "main");
        Files.createDirectories(task.local());
        Files.createDirectories(task.secrets());
        Files.createDirectories(task.driver());
        downloads = Files.createDirectories(root.resolve("downloads"));
    }

    /** Small limits with a timeout for an artifact and one for a server. No rate is asked for. */
    static ArtifactSettings settings(Duration timeout, Duration stall) {
        return new ArtifactSettings(
                List.of(), Optional.empty(), 4 << 20, 4 << 20, 100, timeout, stall, 0, Duration.ofSeconds(30));
    }

    Artifacts artifacts(ArtifactSettings settings, String... allowed) {
        return artifacts(settings, only(allowed));
    }

    Artifacts artifacts(ArtifactSettings settings, Restrictions restrictions) {
        return artifacts(settings, new ServerGuard(restrictions, InetAddress::getAllByName));
    }

    /** Each use of its clock is a second later. */
    Artifacts artifacts(ArtifactSettings settings, ServerGuard guard) {
        InstantSource clock = () -> Instant.ofEpochSecond(seconds.incrementAndGet());
        return new Artifacts(settings, guard, downloads, System.getenv("PATH"), clock);
    }

    /** Restricts artifacts to some sources. */
    static Restrictions only(String... allowed) {
        return Restrictions.of(NodeRestrictions.newBuilder()
                .setArtifactSources(ArtifactSourceRestriction.newBuilder().addAllAllow(List.of(allowed)))
                .build());
    }

    /** Is told why a fetch waits. */
    static void nobody(String why) {}

    Path local(String name) {
        return task.local().resolve(name);
    }

    static ArtifactRequest request(String source) {
        return request(source, "", ArtifactMode.ARTIFACT_MODE_ANY, Map.of(), Map.of());
    }

    static ArtifactRequest request(String source, Map<String, String> options) {
        return request(source, "", ArtifactMode.ARTIFACT_MODE_ANY, options, Map.of());
    }

    static ArtifactRequest request(
            String source,
            String destination,
            ArtifactMode mode,
            Map<String, String> options,
            Map<String, String> headers) {
        return new ArtifactRequest(
                "job", source, source, source, false, destination, mode, options, headers, FileOwner.OF_THIS_PROCESS);
    }
}
