package dev.gantry.rkt;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Creates directories that only root may enter. Images may contain set-user-id programs, which users of the host must
 * not run, and files of pods contain the apps' environment variables, which may be secrets.
 */
public final class PrivateDirectory {

    private PrivateDirectory() {}

    /**
     * Creates a directory unless it exists.
     *
     * @param directory the directory; missing parents are created with the usual mode
     * @return the directory
     * @throws IOException if it can't be made
     */
    public static Path create(Path directory) throws IOException {
        Files.createDirectories(directory.getParent());
        try {
            return Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            return directory;
        }
    }
}
