package dev.gantry.restriction;

import java.util.List;
import java.util.Map;

/**
 * The isolators of an image (appc spec/ace.md, "Linux Isolators").
 *
 * @param sets for the name of each isolator, its set of words; an empty one for an isolator without a set
 */
public record ImageIsolators(Map<String, List<String>> sets) {

    /** Copies the map. */
    public ImageIsolators {
        sets = Map.copyOf(sets);
    }
}
