package dev.gantry.store;

import dev.gantry.files.DurableFile;
import dev.gantry.files.ProcessLock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Makes the file of a database beside its place, and puts it there once it is whole and on disk: a kill at any time leaves
 * the database as it was, or the new one. One process at a time does so.
 */
final class DatabaseReplacement {

    private final Path file;
    private final Path copy;

    private DatabaseReplacement(Path directory) {
        this.file = DatabaseCheck.file(directory);
        this.copy = directory.resolve("gantry-upgrade.mv.db");
    }

    /** Makes a database. */
    @FunctionalInterface
    interface Work {

        /**
         * Makes the database's file, and closes it.
         *
         * @param made the file, which does not exist
         * @return false if no database is to be made; there is no file then
         */
        boolean make(Path made) throws IOException;
    }

    /**
     * Makes a database, and puts it in place. No connection to the database that is replaced may be open.
     *
     * @param directory the directory of the database
     * @param work makes the file; if it throws, the database is as it was
     * @return what the work returns
     * @throws StoreException if another process makes the database
     * @throws IOException if the file can't be put in place; the database is as it was
     */
    static boolean run(Path directory, Work work) throws IOException {
        return new DatabaseReplacement(directory).run(work);
    }

    private boolean run(Work work) throws IOException {
        Path lockFile = copy.resolveSibling("gantry-upgrade.lock");
        try (FileChannel channel = FileChannel.open(
                lockFile,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(DurableFile.OWNER_ONLY))) {
            lock(channel);
            // One that a kill has left.
            deleteCopy();
            try {
                if (!work.make(copy)) {
                    return false;
                }
                force(copy);
                Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException | RuntimeException e) {
                deleteCopy();
                throw e;
            }
            DurableFile.sync(file.getParent());
            return true;
        }
    }

    /** Keeps other processes away until the channel is closed. */
    private void lock(FileChannel channel) throws IOException {
        if (!ProcessLock.take(channel)) {
            throw new StoreException("Another gantry server makes or upgrades the database " + file);
        }
    }

    private void deleteCopy() throws IOException {
        Files.deleteIfExists(copy);
        // What H2 writes of errors.
        Files.deleteIfExists(copy.resolveSibling("gantry-upgrade.trace.db"));
    }

    private static void force(Path made) throws IOException {
        try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
