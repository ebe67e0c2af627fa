package dev.gantry.node.allocation;

import com.google.protobuf.CodedOutputStream;
import dev.gantry.files.FileOwner;
import dev.gantry.node.artifact.ArtifactRequest;
import dev.gantry.node.environment.TaskEnvironment;
import dev.gantry.v1.Artifact;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/** Makes requests of the artifacts of a task: replaces each <code>${…}</code>. */
final class ArtifactRequests {

    private ArtifactRequests() {}

    static List<ArtifactRequest> of(Job job, Task task, TaskEnvironment environment) {
        return task.getArtifactsList().stream()
                .map(artifact -> of(artifact, job, task, environment))
                .toList();
    }

    private static ArtifactRequest of(Artifact artifact, Job job, Task task, TaskEnvironment environment) {
        TreeMap<String, String> options = new TreeMap<>(artifact.getOptionsMap());
        options.replaceAll((name, value) -> environment.interpolate(value));
        TreeMap<String, String> headers = new TreeMap<>(artifact.getHeadersMap());
        headers.replaceAll((name, value) -> environment.interpolateSecret(value));
        return new ArtifactRequest(
                // Children of one job are many.
                job.getParentId().isEmpty() ? job.getId() : job.getParentId(),
                id(artifact),
                artifact.getSource(),
                environment.interpolateSecret(artifact.getSource()),
                environment.isSecret(artifact.getSource()),
                environment.interpolate(artifact.getDestination()),
                artifact.getMode(),
                options,
                headers,
                artifact.getChown()
                        ? FileOwner.of(environment.interpolate(task.getUser()), "")
                        : FileOwner.OF_THIS_PROCESS);
    }

    /** Returns the same for the same artifact of a job: the order of options and headers is no matter. */
    private static String id(Artifact artifact) {
        byte[] bytes = new byte[artifact.getSerializedSize()];
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.useDeterministicSerialization();
            artifact.writeTo(out);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("An array of this size takes it", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
