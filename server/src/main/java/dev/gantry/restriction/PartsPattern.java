package dev.gantry.restriction;

import dev.gantry.model.Glob;
import java.util.ArrayList;
import java.util.List;

/**
 * A pattern for the parts between the slashes of a path. It covers each path whose first parts match it, so also all
 * that is below. A * matches within one part only.
 */
final class PartsPattern {

    private final List<Glob> globs;

    PartsPattern(List<String> parts) {
        this.globs = parts.stream().map(Glob::new).toList();
    }

    /** Decides whether the pattern matches a path, or one that the path is below of. */
    boolean covers(List<String> parts) {
        return globs.size() <= parts.size() && matchFirst(globs.size(), parts);
    }

    /** Decides whether something that the pattern matches may be below a path. */
    boolean reachesBelow(List<String> parts) {
        return globs.size() > parts.size() && matchFirst(parts.size(), parts);
    }

    private boolean matchFirst(int count, List<String> parts) {
        for (int i = 0; i < count; i++) {
            if (!globs.get(i).matches(parts.get(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the parts of an absolute path, without those that {@code .} and {@code ..} take back. Links are not looked
     * at.
     */
    static List<String> ofPath(String path) {
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.remove(parts.size() - 1);
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return List.copyOf(parts);
    }
}
