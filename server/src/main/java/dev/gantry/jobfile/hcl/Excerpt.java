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

    /**
     * Puts the article before a word of job files.
     *
     * @param word the word, such as {@code update}
     * @return such as {@code an update}
     */
    public static String a(String word) {
        boolean isVowel = !word.isEmpty() && "aeiouAEIOU".indexOf(word.charAt(0)) >= 0;
        return (isVowel && !word.startsWith("user") ? "an " : "a ") + word;
    }
}
