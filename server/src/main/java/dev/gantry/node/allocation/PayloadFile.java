package dev.gantry.node.allocation;

import com.google.protobuf.ByteString;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.OpenDirectory;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import java.io.IOException;
import java.nio.file.Path;
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
     * Writes the file, in place of an older one. No link is followed, whoever has left it.
     *
     * @throws IOException if it would lie elsewhere, or can't be written
     */
    void write(TaskDirectory directory) throws IOException {
        Path local = directory.local();
        Path file = local.resolve(name).normalize();
        if (!file.startsWith(local) || file.equals(local)) {
            throw new IOException("The payload's file \"%s\" is not below the task's local/".formatted(name));
        }
        Path inside = local.relativize(file);
        write(OpenDirectory.of(local), inside, directory.driver());
    }

    /** Closes the directory. */
    private void write(OpenDirectory local, Path inside, Path staging) throws IOException {
        OpenDirectory at = local;
        try {
            for (int i = 0; i < inside.getNameCount() - 1; i++) {
                String parent = inside.getName(i).toString();
                at.makeDirectory(parent, staging);
                OpenDirectory next = at.enter(parent);
                at.close();
                at = next;
            }
            at.write(inside.getFileName().toString(), content.toByteArray());
        } finally {
            at.close();
        }
    }
}
