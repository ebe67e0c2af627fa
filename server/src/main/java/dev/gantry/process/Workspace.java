package dev.gantry.process;

import dev.gantry.files.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary directory for one measurement or one check, which is deleted in the end. */
public final class Workspace implements AutoCloseable {

    private final Path directory;

    private Workspace(Path directory) {
        this.directory = directory;
    }

    /**
     * Makes the directory.
     *
     * @param prefix the beginning of its name
     * @throws IOException if it can't be made
     */
    public static Workspace create(String prefix) throws IOException {
        return new Workspace(Files.createTempDirectory(prefix));
    }

    /** Returns the directory. */
    public Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        FileTrees.delete(directory);
    }
}
