package dev.gantry.node.state;

import dev.gantry.files.DurableFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes and deletes the files of the node's state. Only the node's user can read them. */
final class StateFile {

    private StateFile() {}

    /**
     * Writes a file, and replaces an older one. The file is on disk when the method returns. Two threads must not write
     * the same file.
     */
    static void write(Path file, byte[] content) {
        replace(file, content);
        sync(file.getParent());
    }

    /**
     * Writes a file like {@link #write}, but the new file survives a crash only after {@link #sync} of its directory.
     */
    static void replace(Path file, byte[] content) {
        try {
            DurableFile.replace(file, content, DurableFile.OWNER_ONLY);
        } catch (IOException e) {
            throw new NodeStateException("Can't write %s: %s".formatted(file, reason(e)), e);
        }
    }

    /** Deletes a file if it exists. The deletion survives a crash only after {@link #sync} of its directory. */
    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new NodeStateException("Can't delete %s: %s".formatted(file, reason(e)), e);
        }
    }

    /** Forces the replacements and deletions in a directory to disk. */
    static void sync(Path directory) {
        try {
            DurableFile.sync(directory);
        } catch (IOException e) {
            throw new NodeStateException("Can't write %s: %s".formatted(directory, reason(e)), e);
        }
    }

    private static String reason(IOException failure) {
        boolean hasReason = failure instanceof FileSystemException cause && cause.getReason() != null;
        return hasReason ? ((FileSystemException) failure).getReason() : failure.toString();
    }
}
