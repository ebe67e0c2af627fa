package dev.gantry.rkt.image;

import dev.gantry.rkt.ProcessIdentity;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A directory of the store, {@code cas/tmp/UUID/}, for unfinished files. Closing removes it; if the process dies
 * before, {@code gc} removes it.
 *
 * @param path the directory
 */
public record WorkDirectory(Path path) implements Closeable {

    /** Makes a directory with the identity of this process. */
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
