package dev.gantry.driver.rkt;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What a later process of the node must know of a run.
 *
 * @param uuid the pod
 * @param rkt the executable that made it; another implementation would not know it
 * @param startedAt when it was started
 */
record PodRecord(String uuid, Path rkt, Instant startedAt) {

    String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("uuid", uuid);
        json.addProperty("rkt", rkt.toString());
        json.addProperty("started_at", startedAt.toString());
        return json.toString();
    }

    static PodRecord fromJson(String text) {
        JsonObject json = JsonParser.parseString(text).getAsJsonObject();
        if (!json.has("uuid") || !json.has("rkt") || !json.has("started_at")) {
            throw new JsonParseException("No record of a pod: " + text);
        }
        return new PodRecord(
                json.get("uuid").getAsString(),
                Path.of(json.get("rkt").getAsString()),
                Instant.parse(json.get("started_at").getAsString()));
    }
}
