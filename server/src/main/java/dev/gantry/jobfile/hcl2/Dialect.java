package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.HclValue.Body;
import dev.gantry.jobfile.hcl.HclValue.Sequence;
import dev.gantry.jobfile.hcl.HclValue.Text;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides in which language a file is written.
 *
 * <p>Most files mean the same in both. A file that HCL 1 can read is in HCL 1, so that it keeps its meaning, unless it has
 * what only HCL 2 has.
 */
public final class Dialect {

    private static final Set<String> DEFINITIONS = Set.of("variable", "variables", "locals");

    private static final Pattern DEFINITION = Pattern.compile(
            "(?m)^[ \\t]*(?:(?:variable[ \\t]+\"?[\\w-]+\"?|variables|locals)[ \\t]*\\{|dynamic[ \\t]+\")");

    private static final Pattern DIRECTIVE = Pattern.compile("(?<!%)%\\{~?\\s{0,20}(?:if|for|else|endif|endfor)\\b");

    /** The interpolations of a text; a shell's <code>${NAME:-…}</code> has no call. */
    private static final Pattern INTERPOLATION = Pattern.compile("(?<!\\$)\\$\\{([^{}\\n]*+)");

    private static final Pattern CALL = Pattern.compile("(?<![\\w.$-])([a-z][a-z0-9_]*+)\\(");

    private static final Set<String> FUNCTIONS =
            Functions.of(Surroundings.withoutFiles()).names();

    private Dialect() {}

    /**
     * Decides whether a file that HCL 1 can read has what only HCL 2 has: variables, locals, dynamic blocks, directives,
     * or calls of functions in <code>${…}</code>.
     *
     * @param file the file, as HCL 1 reads it
     * @return true if it has
     */
    public static boolean isHcl2(Body file) {
        return file.items().stream()
                        .anyMatch(item -> DEFINITIONS.contains(item.name().text()) && item.value() instanceof Body)
                || hasExpression(file);
    }

    /**
     * Guesses whether the text of a file that neither language can read is meant to be HCL 2.
     *
     * @param text the text
     * @return true if it has what only HCL 2 has
     */
    public static boolean looksLikeHcl2(String text) {
        return DEFINITION.matcher(text).find() || isTemplate(text);
    }

    /**
     * Returns the names of all functions.
     *
     * @return the names
     */
    public static Set<String> functions() {
        return FUNCTIONS;
    }

    private static boolean hasExpression(HclValue value) {
        if (value instanceof Text text) {
            return isTemplate(text.value());
        }
        if (value instanceof Sequence list) {
            return list.elements().stream().anyMatch(Dialect::hasExpression);
        }
        return value instanceof Body body
                && body.items().stream().anyMatch(item -> isDynamic(item) || hasExpression(item.value()));
    }

    private static boolean isDynamic(HclItem item) {
        return item.name().text().equals("dynamic")
                && item.labels().size() == 1
                && item.value() instanceof Body body
                && names(body).contains("for_each");
    }

    private static List<String> names(Body body) {
        return body.items().stream().map(item -> item.name().text()).toList();
    }

    private static boolean isTemplate(String text) {
        return DIRECTIVE.matcher(text).find()
                || INTERPOLATION
                        .matcher(text)
                        .results()
                        .flatMap(inner -> CALL.matcher(inner.group(1)).results())
                        .anyMatch(call -> FUNCTIONS.contains(call.group(1)));
    }
}
