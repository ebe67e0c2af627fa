package dev.gantry.cli.jobfile.hcl;

/** Shows a piece of a text in a message, no longer than one can take in. */
public final class Excerpt {

    private static final int LONGEST = 40;

    private Excerpt() {}

    /**
     * A text in double quotes.
     *
     * @param text any text
     * @return its beginning, quoted
     */
    public static String quoted(String text) {
        return '"' + of(text) + '"';
    }

    /**
     * A text as it is.
     *
     * @param text any text
     * @return its beginning
     */
    public static String of(String text) {
        boolean whole = text.codePointCount(0, text.length()) <= LONGEST;
        return whole ? text : text.substring(0, text.offsetByCodePoints(0, LONGEST)) + "…";
    }
}
