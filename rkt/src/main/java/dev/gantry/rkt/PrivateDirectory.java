package dev.gantry.rkt;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Directories that only root may enter: files of images may be set-user-id programs, which are for apps and not for the
 * users of the host, and files of pods hold what the apps' variables hold.
 */
public final class PrivateDirectory {

    private PrivateDirectory() {}

    /**
     * Makes a directory; nothing happens if there is one.
     *
     * @param directory the directory; those above it are made as usual
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
