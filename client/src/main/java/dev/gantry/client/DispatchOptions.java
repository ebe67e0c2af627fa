package dev.gantry.client;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to dispatch a job with.
 *
 * @param payload what its tasks find in their payload file, at most 16 KiB; empty: none
 * @param meta values for the keys that the job takes
 * @param requestId makes the dispatch safe to repeat, also across programs; empty: made anew for each call
 */
public record DispatchOptions(ByteString payload, Map<String, String> meta, String requestId) {

    /** Nothing. */
    public static final DispatchOptions EMPTY = new DispatchOptions(ByteString.EMPTY, Map.of(), "");

    /** Makes the map immutable. */
    public DispatchOptions {
        meta = Map.copyOf(meta);
    }

    /**
     * The same with a payload.
     *
     * @param bytes at most 16 KiB
     * @return new options
     */
    public DispatchOptions withPayload(byte[] bytes) {
        return new DispatchOptions(ByteString.copyFrom(bytes), meta, requestId);
    }

    /**
     * The same with one more value.
     *
     * @param key the key
     * @param value its value
     * @return new options
     */
    public DispatchOptions withMeta(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(meta);
        more.put(key, value);
        return new DispatchOptions(payload, more, requestId);
    }

    /**
     * The same with a request id.
     *
     * @param id at most 128 characters
     * @return new options
     */
    public DispatchOptions withRequestId(String id) {
        return new DispatchOptions(payload, meta, id);
    }
}
