package dev.gantry.cluster.job;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Optional;

/**
 * The input of a dispatch of a parameterized job.
 *
 * @param payload the content of the file that the tasks get; empty: none
 * @param meta values for the meta keys that the job declares
 * @param requestId makes the call safe to repeat
 */
public record Dispatch(ByteString payload, Map<String, String> meta, Optional<String> requestId) {

    /** Copies the map. */
    public Dispatch {
        meta = Map.copyOf(meta);
    }
}
