package dev.gantry.node.allocation;

import com.google.protobuf.ByteString;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * What a job was dispatched with, as a file in a task's {@code local/}. As in Nomad there is none without a payload.
 *
 * @param name of the file, below {@code local/}
 * @param content the payload
 */
record PayloadFile(String name, ByteString content) {

    static Optional<PayloadFile> of(Job job, Task task) {
        return task.getDispatchPayloadFile().isEmpty() || job.getPayload().isEmpty()
                ? Optional.empty()
                : Optional.of(new PayloadFile(task.getDispatchPayloadFile(), job.getPayload()));
    }

    /**
     * Writes the file, in place of an older one. An earlier run of the task may have left links behind: none is followed.
     *
     * @throws IOException if it would lie elsewhere, or can't be written
     */
    void write(TaskDirectory directory) throws IOException {
        Path local = directory.local();
        Path file = local.resolve(name).normalize();
        if (!file.startsWith(local) || file.equals(local)) {
            throw new IOException("The payload's file \"%s\" is not below the task's local/".formatted(name));
        }
        makeParents(local, local.relativize(file).getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.write(fresh, content.toByteArray(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void makeParents(Path local, Path parents) throws IOException {
        if (parents == null) {
            return;
        }
        Path directory = local;
        for (Path step : parents) {
            directory = directory.resolve(step);
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                // Refuses a link, too.
                Files.createDirectory(directory);
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
            }
        }
    }
}
