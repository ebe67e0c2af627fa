package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** An output file of a command. It appears with all its content or, on a failure, not at all. */
final class OutputFile {

    private OutputFile() {}

    /** Writes the content of a file. */
    @FunctionalInterface
    interface Content {

        /** Creates the file; it does not exist yet. */
        void write(Path file) throws IOException, RktException;
    }

    /**
     * Writes a file.
     *
     * @param file the file
     * @param isReplaced whether an existing one is replaced; otherwise it is an error
     * @param content writes it
     * @throws RktException if there is one
     * @throws IOException if it can't be written
     */
    static void write(Path file, boolean isReplaced, Content content) throws IOException, RktException {
        Path output = file.toAbsolutePath().normalize();
        if (Files.isDirectory(output)) {
            throw new RktException("unable to open output ACI file %s: is a directory".formatted(file));
        }
        Path making = output.resolveSibling(".rkt-" + UUID.randomUUID());
        try {
            if (Files.exists(output, LinkOption.NOFOLLOW_LINKS) && !isReplaced) {
                throw new RktException("output ACI file exists (try --overwrite)");
            }
            content.write(making);
            Files.setAttribute(making, "unix:mode", 0644);
            Files.move(making, output, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(making);
        }
    }
}
