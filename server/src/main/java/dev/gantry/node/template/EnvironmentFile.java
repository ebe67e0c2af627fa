package dev.gantry.node.template;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads lines {@code NAME=VALUE}, as Nomad's environment templates have them: blank lines and lines that begin with {@code #}
 * are skipped, {@code export} may stand before the name, and a value may stand in quotes. Within double quotes, {@code \n},
 * {@code \t}, {@code \r}, {@code \"} and {@code \\} have their usual meanings; within single quotes all is as written. Without
 * quotes, the value ends before a blank and a {@code #}.
 */
final class EnvironmentFile {

    private static final Pattern LINE =
            Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_.]*)\\s*=\\s*(.*?)\\s*");
    private static final Pattern DOUBLE = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"(?:\\s*|\\s+#.*)");
    private static final Pattern SINGLE = Pattern.compile("'([^']*)'(?:\\s*|\\s+#.*)");
    private static final Pattern COMMENT = Pattern.compile("(^|\\s+)#.*$");

    private EnvironmentFile() {}

    /**
     * Reads a text.
     *
     * @throws IllegalArgumentException for a line of another form; the message names its number, and not what it says
     */
    static Map<String, String> read(String text) {
        Map<String, String> variables = new LinkedHashMap<>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].isBlank() || lines[i].stripLeading().startsWith("#")) {
                continue;
            }
            Matcher line = LINE.matcher(lines[i]);
            if (!line.matches() || line.group(2).indexOf('\0') >= 0) {
                throw wrong(i);
            }
            variables.put(line.group(1), value(line.group(2), i));
        }
        return variables;
    }

    private static String value(String written, int line) {
        boolean isDouble = written.startsWith("\"");
        if (!isDouble && !written.startsWith("'")) {
            return COMMENT.matcher(written).replaceFirst("");
        }
        Matcher quoted = (isDouble ? DOUBLE : SINGLE).matcher(written);
        if (!quoted.matches()) {
            throw wrong(line);
        }
        return isDouble ? unescaped(quoted.group(1)) : quoted.group(1);
    }

    private static String unescaped(String text) {
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
                c = switch (text.charAt(i)) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    default -> text.charAt(i);
                };
            }
            value.append(c);
        }
        return value.toString();
    }

    private static IllegalArgumentException wrong(int line) {
        return new IllegalArgumentException(
                "line %d of the rendered file has not the form NAME=VALUE".formatted(line + 1));
    }
}
