package dev.gantry.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The directory of a server's own files. */
final class DataDirectory {

    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE);

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private DataDirectory() {}

    /**
     * Creates the directory for its owner only: jobs may contain secrets of their tasks. A directory that exists keeps
     * the permissions of its group.
     *
     * @return the absolute path
     * @throws StoreException if it cannot be created, or closed to other users
     */
    static Path create(Path dataDir) {
        try {
            Path directory = Files.createDirectories(dataDir.toAbsolutePath(), OWNER_ONLY);
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
            if (permissions.removeAll(OTHERS)) {
                Files.setPosixFilePermissions(directory, permissions);
            }
            return directory;
        } catch (IOException e) {
            throw new StoreException(
                    "Can't create the data directory " + dataDir + ", or close it to other users; choose another one",
                    e);
        }
    }
}
