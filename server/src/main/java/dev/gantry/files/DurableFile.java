package dev.gantry.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Writes small files that must survive a crash of the process or of the machine. A file never exists with a wider mode
 * than it is given, not even for a moment.
 */
public final class DurableFile {

    /** The mode of files that only their owner may read and write. */
    public static final Set<PosixFilePermission> OWNER_ONLY = Set.copyOf(PosixFilePermissions.fromString("rw-------"));

    /** Makes directories that only their owner may enter, read and write. */
    public static final FileAttribute<?> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final String UNFINISHED = ".new";

    private DurableFile() {}

    /**
     * Writes a new file. Its content is on disk when the method returns; its name is only after {@link #sync} of its
     * directory. A failure may leave a part of the file.
     *
     * @param file the file
     * @param content its content
     * @param mode its mode, further limited by the process's umask
     * @throws java.nio.file.FileAlreadyExistsException if the file exists
     * @throws IOException if the file can't be written
     */
    public static void create(Path file, byte[] content, Set<PosixFilePermission> mode) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(mode))) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    /**
     * Writes a file in place of an older one, if there is one. The file is on disk when the method returns; a crash
     * before leaves the old file or the new one. Not for two threads with the same file.
     *
     * @param file the file
     * @param content its content
     * @param mode its mode, further limited by the process's umask
     * @throws IOException if the file can't be written
     */
    public static void write(Path file, byte[] content, Set<PosixFilePermission> mode) throws IOException {
        replace(file, content, mode);
        sync(file.toAbsolutePath().getParent());
    }

    /**
     * Writes a file in place of an older one, if there is one. A crash leaves the old file or the new one; the new one
     * is on disk for sure only after {@link #sync} of its directory. Not for two threads with the same file.
     *
     * @param file the file
     * @param content its content
     * @param mode its mode, further limited by the process's umask
     * @throws IOException if the file can't be written; the old one is unchanged then
     */
    public static void replace(Path file, byte[] content, Set<PosixFilePermission> mode) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        // A file that a crash has left would keep its mode.
        Files.deleteIfExists(unfinished);
        create(unfinished, content, mode);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Decides whether a file is one that a crash has left in the middle of {@link #replace}.
     *
     * @param file the file
     * @return true if it may be deleted
     */
    public static boolean isUnfinished(Path file) {
        return file.getFileName().toString().endsWith(UNFINISHED);
    }

    /**
     * Forces the new names, replacements and deletions in a directory to disk.
     *
     * @param directory the directory
     * @throws IOException if the disk fails
     */
    public static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
