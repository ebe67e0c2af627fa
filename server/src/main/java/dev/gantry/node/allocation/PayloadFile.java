package dev.gantry.node.allocation;

import com.google.protobuf.ByteString;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.OpenDirectory;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * The payload of a dispatched job as a file in a task's {@code local/}. As in Nomad, a job without a payload gets no
 * file.
 *
 * @param name the path of the file, relative to {@code local/}
 * @param content the payload
 */
record PayloadFile(String name, ByteString content) {

    static Optional<PayloadFile> of(Job job, Task task) {
        return task.getDispatchPayloadFile().isEmpty() || job.getPayload().isEmpty()
                ? Optional.empty()
                : Optional.of(new PayloadFile(task.getDispatchPayloadFile(), job.getPayload()));
    }

    /**
     * Writes the file, and replaces an older one. Follows no links: a task may have put one there.
     *
     * @throws IOException if the path leaves {@code local/}, or the file can't be written
     */
    void write(TaskDirectory directory) throws IOException {
        Path local = directory.local();
        Path file = local.resolve(name).normalize();
        if (!file.startsWith(local) || file.equals(local)) {
            throw new IOException("The payload's file \"%s\" is not below the task's local/".formatted(name));
        }
        List<String> names = StreamSupport.stream(local.relativize(file).spliterator(), false)
                .map(Path::toString)
                .toList();
        try (OpenDirectory parent = OpenDirectory.made(local, names.subList(0, names.size() - 1), directory.driver())) {
            parent.write(names.get(names.size() - 1), content.toByteArray());
        }
    }
}
