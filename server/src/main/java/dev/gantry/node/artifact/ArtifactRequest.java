package dev.gantry.node.artifact;

import dev.gantry.files.FileOwner;
import dev.gantry.v1.ArtifactMode;
import java.util.Map;

/**
 * An artifact to fetch. Each <code>${…}</code> is replaced already, so that source and headers may have secrets in them.
 *
 * @param job the job that it counts for when several jobs want to fetch artifacts
 * @param id tells whether it was fetched already: the same for the same artifact of a job
 * @param written the source as the job writes it, for people
 * @param source the source
 * @param hasSecrets whether the source has values of variables in it
 * @param destination the place below the task's directory; may be empty
 * @param mode what it is
 * @param options the options beside the source
 * @param headers the headers of requests
 * @param owner the owner of its files
 */
public record ArtifactRequest(
        String job,
        String id,
        String written,
        String source,
        boolean hasSecrets,
        String destination,
        ArtifactMode mode,
        Map<String, String> options,
        Map<String, String> headers,
        FileOwner owner) {

    /** Copies the maps. */
    public ArtifactRequest {
        options = Map.copyOf(options);
        headers = Map.copyOf(headers);
    }

    /** Leaves out what may be secret. */
    @Override
    public String toString() {
        return "ArtifactRequest[%s]".formatted(written);
    }
}
