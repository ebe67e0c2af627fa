package dev.gantry.bench;

import dev.gantry.files.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary directory for one measurement. */
final class Workspace implements AutoCloseable {

    private final Path directory;

    private Workspace(Path directory) {
        this.directory = directory;
    }

    static Workspace create() throws IOException {
        return new Workspace(Files.createTempDirectory("gantry-bench-"));
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        FileTrees.delete(directory);
    }
}
