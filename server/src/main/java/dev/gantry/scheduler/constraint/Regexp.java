package dev.gantry.scheduler.constraint;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression of a constraint, in the syntax of Go's as Nomad has it.
 *
 * <p>It comes from whoever may submit a job, and one thread places all jobs: so it matches in time linear to the text
 * (RE2), and one that would not stay small is refused. RE2/J itself bounds a repetition, but not repetitions of
 * repetitions, as Go does.
 */
final class Regexp {

    private static final int LONGEST = 1024;
    private static final int LARGEST = 10_000;

    private final Pattern pattern;

    private Regexp(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Reads an expression.
     *
     * @param text the expression
     * @return the expression
     * @throws IllegalArgumentException if it is malformed or too large; the message says where
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

    /** How many steps a character of a text may take to match an expression, about. */
    static long size(String text) {
        return new RegexpSize(text, LARGEST).size();
    }

    /** Whether a part of a text matches. */
    boolean matches(String text) {
        return pattern.matcher(text).find();
    }
}
