package dev.gantry.client;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The options of a dispatch.
 *
 * @param payload the content of the tasks' payload file, at most 16 KiB; empty for none
 * @param meta values for the keys that the job takes
 * @param requestId makes the dispatch safe to repeat, also across programs; if empty, each call gets a new one
 */
public record DispatchOptions(ByteString payload, Map<String, String> meta, String requestId) {

    /** No payload, no meta, and a new request id. */
    public static final DispatchOptions EMPTY = new DispatchOptions(ByteString.EMPTY, Map.of(), "");

    /**
     * Creates options, and copies the map.
     *
     * @param payload the content of the tasks' payload file, at most 16 KiB; empty for none
     * @param meta values for the keys that the job takes
     * @param requestId the request id; if empty, each call gets a new one
     */
    public DispatchOptions {
        meta = Map.copyOf(meta);
    }

    /**
     * Sets the payload.
     *
     * @param bytes the payload, at most 16 KiB
     * @return new options
     */
    public DispatchOptions withPayload(byte[] bytes) {
        return new DispatchOptions(ByteString.copyFrom(bytes), meta, requestId);
    }

    /**
     * Adds a meta value.
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
     * Sets the request id.
     *
     * @param id at most 128 characters
     * @return new options
     */
    public DispatchOptions withRequestId(String id) {
        return new DispatchOptions(payload, meta, id);
    }
}
