package dev.gantry.model;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * Compiles regular expressions of submitters, in Go's syntax (RE2) as in Nomad. Such an expression matches in time linear to
 * the length of the text. RE2/J limits the count of a repetition, but not of a repetition within a repetition, as Go does:
 * one line could fill the memory.
 */
public final class BoundedRegexp {

    // In characters.
    private static final int LONGEST = 1024;
    // In units of RegexpSize.
    private static final int LARGEST = 10_000;

    private BoundedRegexp() {}

    /**
     * Compiles an expression.
     *
     * @param text the expression
     * @return the compiled expression
     * @throws IllegalArgumentException if the expression is malformed, longer than 1,024 characters, or larger than
     *     10,000 characters with its repetitions written out; the message says which, and has nothing of the
     *     expression in it
     */
    public static Pattern compile(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "it has %d characters; the limit is %d".formatted(text.length(), LONGEST));
        }
        if (new RegexpSize(text, LARGEST).isExceeded()) {
            throw new IllegalArgumentException("its repetitions are too many or too deep: make their counts smaller");
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(e.getDescription(), e);
        }
    }

    /**
     * Returns about how many steps an expression takes for each character of a text that it is matched with.
     *
     * @param text the expression
     * @return 1 or more
     */
    public static long size(String text) {
        return new RegexpSize(text, LARGEST).size();
    }
}
