package dev.gantry.node.artifact;

import dev.gantry.files.FileOwner;
import dev.gantry.files.FileTrees;
import dev.gantry.model.ArtifactSource.Archive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Unpacks anything as an archive. The first byte of an input names the format. */
public final class ArchiveFuzz {

    private static final Archive[] FORMATS = Archive.values();

    private ArchiveFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException, InterruptedException {
        if (input.length == 0) {
            return;
        }
        Path dir = Files.createTempDirectory("archive-fuzz");
        try {
            unpack(
                    dir,
                    FORMATS[Byte.toUnsignedInt(input[0]) % FORMATS.length],
                    Arrays.copyOfRange(input, 1, input.length));
        } finally {
            FileTrees.delete(dir);
        }
    }

    private static void unpack(Path dir, Archive format, byte[] content) throws IOException, InterruptedException {
        Path archive = Files.write(dir.resolve("archive"), content);
        Path files = Files.createDirectory(dir.resolve("files"));
        ArtifactSettings settings = ArtifactsFixture.settings(Duration.ofSeconds(30), Duration.ofSeconds(30));
        Deadline deadline = Deadline.in(settings.timeout());
        try {
            Unpacking unpacking = new Unpacking(files, settings, deadline);
            if (format.hasFiles()) {
                unpacking.unpack(archive, format);
            } else {
                unpacking.decompress(archive, format, "one");
            }
            StagedTree.seal(files, FileOwner.OF_THIS_PROCESS, deadline);
        } catch (ArtifactException refused) {
            // Most inputs are no archives.
            if (refused.getMessage().endsWith("null")) {
                throw new AssertionError("The error does not say what is wrong", refused);
            }
        }
        try (Stream<Path> beside = Files.list(dir)) {
            List<Path> found = beside.sorted().toList();
            if (!found.equals(List.of(archive, files)) || !Arrays.equals(content, Files.readAllBytes(archive))) {
                throw new AssertionError("The archive has written outside of its directory: " + found);
            }
        }
        requireLimits(files, settings);
    }

    private static void requireLimits(Path files, ArtifactSettings settings) throws IOException {
        try (Stream<Path> all = Files.walk(files)) {
            long bytes = 0;
            int entries = 0;
            Set<Object> counted = new HashSet<>();
            for (Path file : all.skip(1).toList()) {
                BasicFileAttributes found =
                        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                entries++;
                // Hard links of an archive share their bytes.
                bytes += found.isRegularFile() && counted.add(found.fileKey()) ? found.size() : 0;
            }
            if (entries > settings.maxEntries() || bytes > settings.maxBytes()) {
                throw new AssertionError(
                        "The archive has written more than is allowed: %d entries, %d bytes".formatted(entries, bytes));
            }
        }
    }
}
