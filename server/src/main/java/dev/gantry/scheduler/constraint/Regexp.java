package dev.gantry.scheduler.constraint;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression of a constraint, in Go's syntax (RE2) as in Nomad.
 *
 * <p>Everyone who may submit a job can send one, and one thread places all jobs. So it matches in time linear to the
 * length of the text, and {@link #compile} refuses expressions that become too large. RE2/J limits the count of a
 * repetition, but not of a repetition within a repetition, as Go does.
 */
final class Regexp {

    // In characters.
    private static final int LONGEST = 1024;
    // In units of RegexpSize.
    private static final int LARGEST = 10_000;

    private final Pattern pattern;

    private Regexp(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles an expression.
     *
     * @param text the expression
     * @return the compiled expression
     * @throws IllegalArgumentException if the expression is malformed, longer than 1,024 characters, or larger than
     *     10,000 characters with its repetitions written out; the message says which
     */
    static Regexp compile(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "it has %d characters; the limit is %d".formatted(text.length(), LONGEST));
        }
        if (new RegexpSize(text, LARGEST).isExceeded()) {
            throw new IllegalArgumentException("its repetitions are too many or too deep: make their counts smaller");
        }
        try {
            return new Regexp(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("%s: %s".formatted(e.getDescription(), e.getPattern()), e);
        }
    }

    /** Returns about how many steps an expression takes for each character of a text that it is matched with. */
    static long size(String text) {
        return new RegexpSize(text, LARGEST).size();
    }

    /** Returns true if the expression matches a part of the text. */
    boolean matches(String text) {
        return pattern.matcher(text).find();
    }
}
