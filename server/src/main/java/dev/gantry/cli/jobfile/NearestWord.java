package dev.gantry.cli.jobfile;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Guesses which word was meant by a mistyped one. */
final class NearestWord {

    private NearestWord() {}

    /**
     * The word that takes the fewest edits (letters put in, taken out or changed).
     *
     * @param typed what was written
     * @param words what may have been meant
     * @return the nearest; empty if each is further than a slip of the hand, one in three of the typed letters
     */
    static Optional<String> to(String typed, Collection<String> words) {
        int furthest = (typed.length() + 2) / 3;
        return words.stream()
                .filter(word -> Math.abs(word.length() - typed.length()) <= furthest)
                .filter(word -> edits(typed, word) <= furthest)
                .min(Comparator.comparingInt(word -> edits(typed, word)));
    }

    /** Levenshtein's distance, a row at a time. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
