package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl2.Hcl2File;
import dev.gantry.jobfile.hcl2.Inputs;
import dev.gantry.jobfile.hcl2.Surroundings;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes HCL 2. Lines are not indented: {@link HclFormat} does that. */
final class HclWriter {

    private static final String HEREDOC = "EOT";

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    /** Words that mean something else at the beginning of a block or an entry. */
    private static final Set<String> RESERVED = Set.of("dynamic", "false", "for", "if", "null", "true");

    /** Lists that are wider have a line for each element. */
    private static final int WIDEST_LIST = 80;

    private final StringBuilder text = new StringBuilder();

    /** Returns what was written. */
    String written() {
        return text.toString();
    }

    /** Writes a setting. */
    void setting(String key, String expression) {
        text.append(key).append(" = ").append(expression).append('\n');
    }

    /** Writes a setting that is a text: one of several lines as a heredoc. */
    void text(String key, String value) {
        setting(key, isHeredoc(value) ? "<<" + HEREDOC + "\n" + template(value, false) + HEREDOC : quoted(value));
    }

    /**
     * Writes a block, with an empty line between it and what stands before it.
     *
     * @param labels its labels; none for a kind of block that has none
     * @param content writes what is in it
     */
    void block(String kind, List<String> labels, Runnable content) {
        if (text.length() > 0 && !text.toString().endsWith("{\n")) {
            text.append('\n');
        }
        text.append(kind);
        labels.forEach(label -> text.append(' ').append(quoted(label)));
        text.append(" {\n");
        int begin = text.length();
        content.run();
        if (text.length() == begin) {
            text.setLength(begin - 1);
        }
        text.append("}\n");
    }

    /** Decides whether names can stand before the equals sign of a setting. */
    static boolean areIdentifiers(Collection<String> names) {
        return names.stream().allMatch(HclWriter::isIdentifier);
    }

    private static boolean isIdentifier(String name) {
        return IDENTIFIER.matcher(name).matches() && !RESERVED.contains(name);
    }

    /** Returns the expression of a list. */
    static String list(List<String> elements) {
        String line = elements.stream().collect(Collectors.joining(", ", "[", "]"));
        return line.length() <= WIDEST_LIST && !line.contains("\n")
                ? line
                : elements.stream().map(element -> element + ",\n").collect(Collectors.joining("", "[\n", "]"));
    }

    /** Returns the expression of an object. */
    static String object(Map<String, String> entries) {
        return entries.isEmpty()
                ? "{}"
                : entries.entrySet().stream()
                        .map(entry -> (isIdentifier(entry.getKey()) ? entry.getKey() : quoted(entry.getKey())) + " = "
                                + entry.getValue() + "\n")
                        .collect(Collectors.joining("", "{\n", "}"));
    }

    /** Returns the expression of a text, on one line. */
    static String quoted(String value) {
        return '"' + template(value, true) + '"';
    }

    /**
     * Writes a text as a template that gives it. References to what only the server or a node knows stand as they are, and
     * any other <code>${</code> or <code>%{</code> is escaped.
     */
    private static String template(String value, boolean quoted) {
        if (!value.contains("${") && !value.contains("%{")) {
            return quoted ? escaped(value) : value;
        }
        String plain = quoted ? escapedOutside(value) : value;
        if (isRead(quoted ? '"' + plain + '"' : "<<" + HEREDOC + "\n" + plain + HEREDOC + "\n", value)) {
            return plain;
        }
        String literal = value.replace("${", "$${").replace("%{", "%%{");
        return quoted ? escaped(literal) : literal;
    }

    private static boolean isRead(String expression, String value) {
        Faults faults = new Faults();
        List<HclItem> items = Hcl2File.read(
                        "x = " + expression, Inputs.NONE, Surroundings.withoutFiles(), false, faults)
                .items();
        return faults.isEmpty()
                && items.size() == 1
                && items.get(0).value() instanceof HclValue.Text text
                && text.value().equals(value);
    }

    /** Escapes what is not in <code>${…}</code>: there, quotes are quotes. */
    private static String escapedOutside(String value) {
        StringBuilder written = new StringBuilder();
        int at = 0;
        while (at < value.length()) {
            int open = value.indexOf("${", at);
            int close = open < 0 ? -1 : value.indexOf('}', open);
            if (close < 0) {
                break;
            }
            written.append(escaped(value.substring(at, open))).append(value, open, close + 1);
            at = close + 1;
        }
        return written.append(escaped(value.substring(at))).toString();
    }

    private static String escaped(String value) {
        StringBuilder written = new StringBuilder();
        value.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> written.append("\\\"");
                case '\\' -> written.append("\\\\");
                case '\n' -> written.append("\\n");
                case '\r' -> written.append("\\r");
                case '\t' -> written.append("\\t");
                default -> {
                    if (Character.isISOControl(c) || isLineBreak(c)) {
                        written.append("\\u%04x".formatted(c));
                    } else {
                        written.appendCodePoint(c);
                    }
                }
            }
        });
        return written.toString();
    }

    private static boolean isLineBreak(int c) {
        return Character.getType(c) == Character.LINE_SEPARATOR
                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR;
    }

    private static boolean isHeredoc(String value) {
        return value.indexOf('\n') >= 0
                && value.indexOf('\n') < value.length() - 1
                && value.endsWith("\n")
                && value.lines().noneMatch(line -> line.strip().equals(HEREDOC))
                && value.codePoints().allMatch(HclWriter::isOfHeredoc);
    }

    /** Heredocs have no escapes. */
    private static boolean isOfHeredoc(int c) {
        return c == '\n' || c == '\t' || !(Character.isISOControl(c) || isLineBreak(c));
    }
}
