package dev.gantry.app;

import dev.gantry.files.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data directory of {@code gantry dev}, which is removed when the program ends. */
final class TemporaryDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(TemporaryDirectory.class);

    private TemporaryDirectory() {}

    static Path create() throws IOException {
        return Files.createTempDirectory("gantry-dev-");
    }

    /** Removes a directory with its content. Links are removed, not followed. */
    static void remove(Path directory) {
        try {
            FileTrees.delete(directory);
        } catch (IOException e) {
            LOG.warn("The temporary directory {} can't be removed; remove it by hand", directory, e);
        }
    }
}
