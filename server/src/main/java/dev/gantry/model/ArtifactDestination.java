package dev.gantry.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where an artifact is put: within the directory of its task. */
public final class ArtifactDestination {

    private static final String DEFAULT = "local";

    /** The driver's own directory, and what the task sees as the directory that it shares. */
    private static final Set<String> NOT_ITS_OWN = Set.of("driver", "alloc");

    private ArtifactDestination() {}

    /**
     * Finds the way to a destination. As in Nomad, a {@code /} at its beginning is the task's directory, so that
     * <code>${NOMAD_TASK_DIR}</code> may stand there.
     *
     * @param text the text of the job, complete; may be empty
     * @return the names of the way, at least one; empty if the destination is not within the task's directory
     */
    public static Optional<List<String>> names(String text) {
        List<String> names = new ArrayList<>();
        for (String part : (text.isBlank() ? DEFAULT : text).split("/", -1)) {
            if (part.equals("..")) {
                if (names.isEmpty()) {
                    return Optional.empty();
                }
                names.remove(names.size() - 1);
            } else if (!part.isEmpty() && !part.equals(".")) {
                names.add(part);
            }
        }
        boolean isItsOwn = !names.isEmpty() && !NOT_ITS_OWN.contains(names.get(0)) && text.indexOf('\0') < 0;
        return isItsOwn ? Optional.of(List.copyOf(names)) : Optional.empty();
    }
}
