package dev.gantry.restriction;

import java.util.List;
import java.util.Map;

/**
 * The privileges that an image asks for on its own, whatever its task says.
 *
 * @param isolators for the name of each isolator (appc spec/ace.md, "Linux Isolators") its set of words; an empty one for an
 *     isolator without a set
 * @param supplementaryGroups the numbers of the groups that its processes are members of besides their own group
 */
public record ImageUse(Map<String, List<String>> isolators, List<String> supplementaryGroups) {

    /** Copies the map and the list. */
    public ImageUse {
        isolators = Map.copyOf(isolators);
        supplementaryGroups = List.copyOf(supplementaryGroups);
    }
}
