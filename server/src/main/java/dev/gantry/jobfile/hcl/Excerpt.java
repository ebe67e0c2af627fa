package dev.gantry.jobfile.hcl;

/** Shortens texts that messages quote. */
public final class Excerpt {

    private static final int LONGEST = 40;

    private Excerpt() {}

    /**
     * Quotes a text.
     *
     * @param text the text
     * @return its beginning in double quotes
     */
    public static String quoted(String text) {
        return '"' + of(text) + '"';
    }

    /**
     * Shortens a text.
     *
     * @param text the text
     * @return its beginning
     */
    public static String of(String text) {
        boolean whole = text.codePointCount(0, text.length()) <= LONGEST;
        return whole ? text : text.substring(0, text.offsetByCodePoints(0, LONGEST)) + "…";
    }
}
