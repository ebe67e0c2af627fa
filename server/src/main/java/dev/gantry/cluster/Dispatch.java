package dev.gantry.cluster;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Optional;

/**
 * What a parameterized job is dispatched with.
 *
 * @param payload what its tasks find in a file; empty: nothing
 * @param meta values for the keys that the job takes
 * @param requestId makes the call safe to repeat
 */
public record Dispatch(ByteString payload, Map<String, String> meta, Optional<String> requestId) {

    /** Copies the map. */
    public Dispatch {
        meta = Map.copyOf(meta);
    }
}
