package dev.gantry.node.template;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads lines {@code NAME=VALUE}, as Nomad's environment templates have them: blank lines and lines that begin with {@code #}
 * are skipped, {@code export} may stand before the name, and a value may stand in quotes. Within double quotes, the escapes of
 * JSON have their meanings, as {@code toJSON} writes them; within single quotes all is as written. Without quotes, the value
 * ends before a blank and a {@code #}.
 *
 * <p>Looks at each character once: what templates render may be long.
 */
final class EnvironmentFile {

    private static final String EXPORT = "export";

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
            String line = lines[i].strip();
            if (!line.isEmpty() && line.charAt(0) != '#') {
                new Line(line, i + 1).read(variables);
            }
        }
        return variables;
    }

    /** One line without the blanks around it. */
    private record Line(String text, int number) {

        void read(Map<String, String> variables) {
            int begin = text.startsWith(EXPORT) && isBlank(EXPORT.length()) ? skipBlanks(EXPORT.length()) : 0;
            int end = begin;
            while (end < text.length() && isOfName(text.charAt(end), end > begin)) {
                end++;
            }
            int sign = skipBlanks(end);
            if (end == begin || sign == text.length() || text.charAt(sign) != '=' || text.indexOf('\0') >= 0) {
                throw wrong("has not the form NAME=VALUE, with a name of A-Z a-z 0-9 _ . that begins with no digit");
            }
            variables.put(text.substring(begin, end), value(skipBlanks(sign + 1)));
        }

        private static boolean isOfName(char c, boolean isInside) {
            boolean isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            return isLetter || (isInside && ((c >= '0' && c <= '9') || c == '.'));
        }

        private String value(int begin) {
            char first = begin < text.length() ? text.charAt(begin) : '#';
            return switch (first) {
                case '"' -> doubleQuoted(begin + 1);
                case '\'' -> singleQuoted(begin + 1);
                default -> plain(begin);
            };
        }

        private String plain(int begin) {
            int comment = text.indexOf('#', begin);
            while (comment > begin && !isBlank(comment - 1)) {
                comment = text.indexOf('#', comment + 1);
            }
            return text.substring(begin, comment < 0 ? text.length() : comment).stripTrailing();
        }

        private String singleQuoted(int begin) {
            int end = text.indexOf('\'', begin);
            if (end < 0) {
                throw wrong("has a ' that is not closed");
            }
            requireNothingAfter(end + 1);
            return text.substring(begin, end);
        }

        private String doubleQuoted(int begin) {
            StringBuilder value = new StringBuilder();
            int at = begin;
            while (at < text.length() && text.charAt(at) != '"') {
                char c = text.charAt(at);
                if (c == '\\') {
                    c = escaped(at + 1);
                    at += text.charAt(at + 1) == 'u' ? 5 : 1;
                }
                value.append(c);
                at++;
            }
            if (at >= text.length()) {
                throw wrong("has a \" that is not closed");
            }
            requireNothingAfter(at + 1);
            return value.toString();
        }

        private char escaped(int at) {
            char c = at < text.length() ? text.charAt(at) : ' ';
            return switch (c) {
                case 'n' -> '\n';
                case 't' -> '\t';
                case 'r' -> '\r';
                case 'b' -> '\b';
                case 'f' -> '\f';
                case '"', '\'', '\\', '/', '$' -> c;
                case 'u' -> hex(at + 1);
                default -> throw wrong("has a \\ before something else than one of \" ' \\ / $ b f n r t u");
            };
        }

        private char hex(int at) {
            try {
                char c = (char) Integer.parseInt(text, at, at + 4, 16);
                if (c == '\0') {
                    throw wrong("has a zero byte in it");
                }
                return c;
            } catch (IndexOutOfBoundsException | NumberFormatException e) {
                throw wrong("has a \\u that four hexadecimal digits do not follow");
            }
        }

        private void requireNothingAfter(int end) {
            int next = skipBlanks(end);
            if (next < text.length() && (next == end || text.charAt(next) != '#')) {
                throw wrong("goes on after the quotes");
            }
        }

        private boolean isBlank(int at) {
            return at < text.length() && Character.isWhitespace(text.charAt(at));
        }

        private int skipBlanks(int from) {
            int at = from;
            while (isBlank(at)) {
                at++;
            }
            return at;
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("line %d of the rendered file %s".formatted(number, what));
        }
    }
}
