package dev.gantry.rkt.pod;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A decision that prepare.sh asks to keep. It holds for all command lines that differ only in parts that do not affect
 * the decision.
 *
 * @param key the key under which prepare.sh looks it up
 * @param values the placeholders of these parts, in their order, each with the part of this command line
 * @param request the request of the command line with the placeholders
 */
public record DecisionTemplate(String key, Map<String, String> values, PodRequest request) {

    /**
     * Makes the map immutable, and keeps its order.
     *
     * @param key the key
     * @param values the placeholders and their parts, in the order in which they are replaced
     * @param request the request with the placeholders
     */
    public DecisionTemplate {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Returns a text of this template with the parts of this command line in place of the placeholders. */
    String filled(String text) {
        String filled = text;
        for (Map.Entry<String, String> value : values.entrySet()) {
            filled = filled.replace(value.getKey(), value.getValue());
        }
        return filled;
    }
}
