package dev.gantry.model;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern: literal text in which each * matches any characters, none included. It is matched in time linear in the
 * length of the text, whatever the pattern is.
 */
public final class Glob {

    /** The specificity of a pattern without *. */
    private static final int LITERAL = Integer.MAX_VALUE;

    /** The texts before, between and after the stars, at least one. */
    private final List<Piece> pieces;

    private final int specificity;

    /**
     * Parses a pattern.
     *
     * @param pattern the pattern; every text is one
     */
    public Glob(String pattern) {
        List<Piece> split = new ArrayList<>();
        int start = 0;
        int length = 0;
        for (int star = pattern.indexOf('*'); star >= 0; star = pattern.indexOf('*', start)) {
            split.add(new Piece(pattern.substring(start, star)));
            length += star - start;
            start = star + 1;
        }
        split.add(new Piece(pattern.substring(start)));
        this.pieces = List.copyOf(split);
        this.specificity = split.size() == 1 ? LITERAL : length + pattern.length() - start;
    }

    /**
     * Decides whether the whole of a text matches.
     *
     * @param text the text
     * @return true if it does
     */
    public boolean matches(String text) {
        String first = pieces.get(0).text;
        if (pieces.size() == 1) {
            return text.equals(first);
        }
        String last = pieces.get(pieces.size() - 1).text;
        int end = text.length() - last.length();
        if (end < first.length() || !text.startsWith(first) || !text.endsWith(last)) {
            return false;
        }
        int at = first.length();
        for (Piece piece : pieces.subList(1, pieces.size() - 1)) {
            at = piece.findEnd(text, at, end);
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns how specific the pattern is.
     *
     * @return the number of characters besides the stars; for a pattern without * more than any other has
     */
    public int specificity() {
        return specificity;
    }

    /** A literal text with the table by which Knuth, Morris and Pratt find it without ever going back. */
    private static final class Piece {

        private final String text;

        /** For each prefix of the text, the length of its longest proper prefix that is also its suffix. */
        private final int[] borders;

        Piece(String text) {
            this.text = text;
            this.borders = new int[text.length()];
            int matched = 0;
            for (int i = 1; i < text.length(); i++) {
                matched = advance(matched, text.charAt(i));
                borders[i] = matched;
            }
        }

        /** Returns the end of the text's first occurrence between two indexes; -1 if there is none. */
        int findEnd(String within, int start, int end) {
            int matched = 0;
            for (int i = start; i < end && matched < text.length(); i++) {
                matched = advance(matched, within.charAt(i));
                if (matched == text.length()) {
                    return i + 1;
                }
            }
            return text.isEmpty() ? start : -1;
        }

        /** Returns how many characters of the text match after one more character; fewer than all matched before. */
        private int advance(int matched, char next) {
            int kept = matched;
            while (kept > 0 && text.charAt(kept) != next) {
                kept = borders[kept - 1];
            }
            return text.charAt(kept) == next ? kept + 1 : 0;
        }
    }
}
