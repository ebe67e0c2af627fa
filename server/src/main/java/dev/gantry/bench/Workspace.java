package dev.gantry.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

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
        for (Path path : deepestFirst()) {
            Files.delete(path);
        }
    }

    private List<Path> deepestFirst() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.sorted(Comparator.reverseOrder()).toList();
        }
    }
}
