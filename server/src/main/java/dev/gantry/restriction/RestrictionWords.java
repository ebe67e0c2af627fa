package dev.gantry.restriction;

import dev.gantry.v1.IdRange;
import java.util.List;

/** Writes restrictions for people. */
final class RestrictionWords {

    private static final int MOST_SHOWN = 5;

    private RestrictionWords() {}

    /** Joins entries, at most five of them. */
    static String shortened(List<String> entries) {
        if (entries.isEmpty()) {
            return "none";
        }
        String shown = String.join(", ", entries.subList(0, Math.min(MOST_SHOWN, entries.size())));
        return entries.size() <= MOST_SHOWN ? shown : "%s and %d more".formatted(shown, entries.size() - MOST_SHOWN);
    }

    static String of(IdRange range) {
        return range.getFirst() == range.getLast()
                ? Long.toString(range.getFirst())
                : "%d-%d".formatted(range.getFirst(), range.getLast());
    }
}
