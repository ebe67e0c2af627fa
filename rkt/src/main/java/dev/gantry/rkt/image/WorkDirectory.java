package dev.gantry.rkt.image;

import dev.gantry.rkt.ProcessIdentity;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A directory of the store, {@code cas/tmp/UUID/}, for files that are not whole yet. It goes when it is closed, and when
 * the process died before that, {@code gc} removes it.
 *
 * @param path the directory
 */
public record WorkDirectory(Path path) implements Closeable {

    /** Makes a directory that tells that this process works in it. */
    static WorkDirectory create(Path temporary) throws IOException {
        Path path = Files.createDirectories(temporary).resolve(UUID.randomUUID().toString());
        Files.createDirectory(path);
        ProcessIdentity.sign(path);
        return new WorkDirectory(path);
    }

    @Override
    public void close() throws IOException {
        FileTrees.delete(path);
    }
}
