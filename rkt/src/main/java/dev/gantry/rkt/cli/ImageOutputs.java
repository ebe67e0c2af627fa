package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.image.TreeCopies;
import dev.gantry.rkt.request.ImageReference;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** {@code rkt image export|extract|render}: stored images as files of the user. Nothing is fetched. */
final class ImageOutputs {

    private static final String ROOTFS = "rootfs";
    private static final String MANIFEST = "manifest";

    private ImageOutputs() {}

    /** Writes an image's archive, uncompressed. */
    @SuppressWarnings("try") // the lock is held, not used
    static void export(Session session, Flags flags, String name, String file) throws RktException, IOException {
        try (Closeable ignored = session.images().lock(true)) {
            StoredImage image = ImageCommand.require(session.images(), name);
            OutputFile.write(
                    Path.of(file), flags.isSet("overwrite"), output -> Files.copy(image.archiveFile(), output));
        }
    }

    /** Copies an image's files; rendered, with those of its dependencies. */
    @SuppressWarnings("try") // the lock is held, not used
    static void extract(Session session, Flags flags, String name, String directory, boolean isRendered)
            throws RktException, IOException {
        Privileges.requireRoot();
        requireElsewhere(session, Path.of(directory));
        try (Closeable ignored = session.images().lock(true)) {
            StoredImage stored = ImageCommand.require(session.images(), name);
            StoredImage image = isRendered
                    ? session.providerOfStored().provide(new ImageReference.Hash(stored.id()), Optional.empty())
                    : stored;
            TreeCopies.make(Path.of(directory), flags.isSet("overwrite"), output -> {
                if (flags.isSet("rootfs-only")) {
                    TreeCopies.copy(image.rootfs(), output);
                } else {
                    Files.createDirectory(output);
                    Files.copy(image.manifestFile(), output.resolve(MANIFEST));
                    TreeCopies.copy(image.rootfs(), output.resolve(ROOTFS));
                }
            });
        }
    }

    /** Resolves the links of a path; parts that do not exist yet are kept. */
    private static Path real(Path path) throws IOException {
        Path existing = path.toAbsolutePath().normalize();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        Path rest = existing.relativize(path.toAbsolutePath().normalize());
        return existing.toRealPath().resolve(rest).normalize();
    }

    /** Refuses an output directory that overlaps the data directory. */
    private static void requireElsewhere(Session session, Path directory) throws RktException, IOException {
        Path output = real(directory);
        Path data = real(session.options().dataDirectory());
        if (output.startsWith(data) || data.startsWith(output)) {
            throw new RktException("\"%s\" is in the data directory \"%s\", or it is in there".formatted(output, data));
        }
    }
}
