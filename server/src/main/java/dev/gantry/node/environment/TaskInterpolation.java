package dev.gantry.node.environment;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces each <code>${name}</code> in a text by the value of the name.
 *
 * <p>As in Nomad, an unknown name stays as it was written, since arguments may be meant for a shell. Values are not
 * interpolated again.
 */
final class TaskInterpolation {

    private static final Pattern NAME = Pattern.compile("\\$\\{(var\\.[a-zA-Z0-9_.~/-]+|[a-zA-Z0-9_.-]+)}");

    private final Function<String, Optional<String>> names;

    /** Creates an interpolation that gets the values of names from a function. */
    TaskInterpolation(Function<String, Optional<String>> names) {
        this.names = names;
    }

    String apply(String text) {
        return NAME.matcher(text).replaceAll(match -> Matcher.quoteReplacement(valueOf(match)));
    }

    private String valueOf(MatchResult match) {
        return names.apply(match.group(1)).orElse(match.group());
    }
}
