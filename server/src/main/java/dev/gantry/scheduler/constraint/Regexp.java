package dev.gantry.scheduler.constraint;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.gantry.model.BoundedRegexp;

/**
 * A regular expression of a constraint. Everyone who may submit a job can send one, and one thread places all jobs: so it is
 * bounded.
 */
final class Regexp {

    private final Pattern pattern;

    private Regexp(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles an expression.
     *
     * @param text the expression
     * @return the compiled expression
     * @throws IllegalArgumentException as {@link BoundedRegexp#compile}
     */
    static Regexp compile(String text) {
        try {
            return new Regexp(BoundedRegexp.compile(text));
        } catch (IllegalArgumentException e) {
            throw e.getCause() instanceof PatternSyntaxException fault
                    ? new IllegalArgumentException("%s: %s".formatted(fault.getDescription(), fault.getPattern()), e)
                    : e;
        }
    }

    /** Returns about how many steps an expression takes for each character of a text that it is matched with. */
    static long size(String text) {
        return BoundedRegexp.size(text);
    }

    /** Returns true if the expression matches a part of the text. */
    boolean matches(String text) {
        return pattern.matcher(text).find();
    }
}
