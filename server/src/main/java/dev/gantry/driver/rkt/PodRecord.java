package dev.gantry.driver.rkt;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * The record of a run for a later process of the node.
 *
 * @param uuid the pod
 * @param rkt the rkt that made the pod; another implementation of rkt would not find the pod
 * @param startedAt when it was started
 */
record PodRecord(String uuid, Path rkt, Instant startedAt) {

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("uuid", uuid);
        json.addProperty("rkt", rkt.toString());
        json.addProperty("started_at", startedAt.toString());
        return json.toString();
    }

    /**
     * Reads a record.
     *
     * @throws JsonParseException if the text is not a record. The UUID is checked, since it names a directory that is
     *     deleted later
     */
    static PodRecord fromJson(String text) {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            if (!json.has("uuid") || !json.has("rkt") || !json.has("started_at")) {
                throw new JsonParseException("This is not the record of a pod: " + text);
            }
            String uuid = json.get("uuid").getAsString();
            if (!UUID.matcher(uuid).matches()) {
                throw new JsonParseException("The record names no pod: " + text);
            }
            return new PodRecord(
                    uuid,
                    Path.of(json.get("rkt").getAsString()),
                    Instant.parse(json.get("started_at").getAsString()));
        } catch (IllegalStateException
                | IllegalArgumentException
                | UnsupportedOperationException
                | DateTimeException e) {
            throw new JsonParseException("This is not the record of a pod: " + text, e);
        }
    }
}
