package dev.gantry.node.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes files atomically: a crash of the process or the machine leaves the old file or the new one. */
final class DurableFile {

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final String UNFINISHED = ".new";

    private DurableFile() {}

    /**
     * Writes a file, and replaces an older one. The file is on disk when the method returns. Only its owner can read
     * it. Not for two threads with the same file.
     */
    static void write(Path file, byte[] content) {
        replace(file, content);
        sync(file.getParent());
    }

    /**
     * Writes a file like {@link #write}, but the new file is on disk for sure only after {@link #sync} of its
     * directory.
     */
    static void replace(Path file, byte[] content) {
        Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        try {
            // A file that an earlier process has left would keep its mode.
            Files.deleteIfExists(unfinished);
            writeAndSync(unfinished, content);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new NodeStateException("Can't write %s: %s".formatted(file, reason(e)), e);
        }
    }

    /** Deletes a file if it exists; it stays away for sure only after {@link #sync} of its directory. */
    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new NodeStateException("Can't delete %s: %s".formatted(file, reason(e)), e);
        }
    }

    /** Returns true if the file is one that an interrupted {@link #write} has left. */
    static boolean isUnfinished(Path file) {
        return file.getFileName().toString().endsWith(UNFINISHED);
    }

    private static String reason(IOException failure) {
        boolean hasReason = failure instanceof FileSystemException cause && cause.getReason() != null;
        return hasReason ? ((FileSystemException) failure).getReason() : failure.toString();
    }

    private static void writeAndSync(Path file, byte[] content) throws IOException {
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options, OWNER_ONLY)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    /** Forces the replacements and deletions in a directory to disk. */
    static void sync(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new NodeStateException("Can't write %s: %s".formatted(directory, reason(e)), e);
        }
    }
}
