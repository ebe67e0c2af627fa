package dev.gantry.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Suggests corrections of unknown names. */
public final class Spelling {

    /** Longer names are not compared: names come from strangers, and the work grows with the product of both lengths. */
    private static final int LONGEST = 64;

    private static final int MOST_COMPARED = 200;

    /** The most names in a hint. */
    private static final int MOST_SHOWN = 50;

    private Spelling() {}

    /**
     * Returns a hint to add to an error about an unknown name.
     *
     * @param unknown the unknown name
     * @param known the known names, at least one
     * @return the nearest known name as a question, or the known names, at most 50, if no name is near; without a full
     *     stop
     */
    public static String hint(String unknown, Collection<String> known) {
        return nearest(unknown, known)
                .map(name -> "did you mean \"" + name + "\"?")
                .orElseGet(() -> "known are "
                        + comparable(known).limit(MOST_SHOWN).collect(Collectors.joining(", "))
                        + (known.size() > MOST_SHOWN ? ", …" : ""));
    }

    /** Returns the names that are compared, in the order of the alphabet. */
    private static Stream<String> comparable(Collection<String> known) {
        return known.stream()
                .filter(name -> name.length() <= LONGEST)
                .sorted()
                .distinct()
                .limit(MOST_COMPARED);
    }

    private static Optional<String> nearest(String unknown, Collection<String> known) {
        if (unknown.length() > LONGEST) {
            return Optional.empty();
        }
        int limit = Math.max(2, unknown.length() / 2);
        return comparable(known)
                .min(Comparator.comparingInt(name -> distance(unknown, name)))
                .filter(name -> distance(unknown, name) <= limit);
    }

    /** Returns the Levenshtein distance: the number of characters to insert, delete or replace. */
    static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[to.length() + 1];
            current[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = above[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, 1 + Math.min(above[column], current[column - 1]));
            }
            above = current;
        }
        return above[to.length()];
    }
}
