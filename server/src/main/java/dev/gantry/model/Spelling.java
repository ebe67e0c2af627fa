package dev.gantry.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;

/** Suggests corrections of unknown names. */
public final class Spelling {

    private Spelling() {}

    /**
     * Returns a hint to add to an error about an unknown name.
     *
     * @param unknown the unknown name
     * @param known the known names, at least one
     * @return the nearest known name as a question, or all known names if no name is near; without a full stop
     */
    public static String hint(String unknown, Collection<String> known) {
        return nearest(unknown, known)
                .map(name -> "did you mean \"" + name + "\"?")
                .orElseGet(() -> "known are " + String.join(", ", new TreeSet<>(known)));
    }

    private static Optional<String> nearest(String unknown, Collection<String> known) {
        int limit = Math.max(2, unknown.length() / 2);
        return new TreeSet<>(known)
                .stream()
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
