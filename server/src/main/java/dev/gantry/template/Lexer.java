package dev.gantry.template;

import dev.gantry.template.Token.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Splits a template into tokens, by the rules of Go's {@code text/template}. */
final class Lexer {

    private static final String COMMENT = "/*";
    private static final String END_OF_COMMENT = "*/";

    private final String text;
    private final Delimiters delimiters;
    private final int[] lines;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(String text, Delimiters delimiters) {
        this.text = text;
        this.delimiters = delimiters;
        this.lines = lineStarts(text);
    }

    /** Returns the tokens, the last of which is END. */
    static List<Token> tokens(String text, Delimiters delimiters) throws TemplateException {
        Lexer lexer = new Lexer(text, delimiters);
        lexer.read();
        return lexer.tokens;
    }

    private static int[] lineStarts(String text) {
        int[] starts = new int[1 + (int) text.chars().filter(c -> c == '\n').count()];
        int line = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                line++;
                starts[line] = i + 1;
            }
        }
        return starts;
    }

    private Position position(int offset) {
        int found = Arrays.binarySearch(lines, offset);
        int line = found >= 0 ? found : -found - 2;
        return new Position(line + 1, offset - lines[line] + 1);
    }

    private void read() throws TemplateException {
        boolean trims = false;
        while (true) {
            int open = text.indexOf(delimiters.left(), at);
            int end = open < 0 ? text.length() : open;
            int inside = end + delimiters.left().length();
            boolean trimsBefore = open >= 0 && trimsAfterOpen(inside);
            plain(at, end, trims, trimsBefore);
            if (open < 0) {
                add(Kind.END, "", end);
                return;
            }
            at = trimsBefore ? inside + 1 : inside;
            trims = text.startsWith(COMMENT, trimsBefore ? inside + 2 : inside)
                    ? comment(open, trimsBefore ? inside + 2 : inside)
                    : action(open);
        }
    }

    private void plain(int start, int end, boolean trimStart, boolean trimEnd) {
        int from = start;
        int to = end;
        while (trimStart && from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (trimEnd && from < to && isSpace(text.charAt(to - 1))) {
            to--;
        }
        if (from < to) {
            add(Kind.TEXT, text.substring(from, to), from);
        }
    }

    private boolean trimsAfterOpen(int inside) {
        return text.startsWith("-", inside) && inside + 1 < text.length() && isSpace(text.charAt(inside + 1));
    }

    /** Skips a comment. Returns whether it trims the text after it. */
    private boolean comment(int open, int start) throws TemplateException {
        int end = text.indexOf(END_OF_COMMENT, start + COMMENT.length());
        if (end < 0) {
            throw fault(open, "the comment has no end: write */ before " + delimiters.right());
        }
        at = end + END_OF_COMMENT.length();
        boolean trims = trimsHere();
        if (trims) {
            at += 2;
        }
        if (!text.startsWith(delimiters.right(), at)) {
            throw fault(at, "%s does not follow the end of the comment at once".formatted(delimiters.right()));
        }
        at += delimiters.right().length();
        return trims;
    }

    /** Returns true before a space, a minus and the right delimiter. */
    private boolean trimsHere() {
        return at < text.length() && isSpace(text.charAt(at)) && text.startsWith("-" + delimiters.right(), at + 1);
    }

    /** Reads an action. Returns whether it trims the text after it. */
    private boolean action(int open) throws TemplateException {
        add(Kind.OPEN, delimiters.left(), open);
        while (true) {
            boolean trims = trimsHere();
            if (trims || text.startsWith(delimiters.right(), at)) {
                add(Kind.CLOSE, delimiters.right(), at);
                at += delimiters.right().length() + (trims ? 2 : 0);
                return trims;
            }
            if (at >= text.length()) {
                throw fault(open, "the action has no end: write %s".formatted(delimiters.right()));
            }
            token();
        }
    }

    private void token() throws TemplateException {
        int start = at;
        char c = text.charAt(at);
        if (isSpace(c)) {
            while (at < text.length() && isSpace(text.charAt(at)) && !trimsHere()) {
                at++;
            }
            add(Kind.SPACE, " ", start);
        } else if (text.startsWith(":=", at)) {
            at += 2;
            add(Kind.DECLARE, ":=", start);
        } else if (c == '"' || c == '\'') {
            quoted(c);
        } else if (c == '`') {
            raw();
        } else if (c == '$') {
            at++;
            name();
            add(Kind.VARIABLE, text.substring(start, at), start);
        } else if (isDigit(c) || startsNumber(c)) {
            at++;
            number();
            add(Kind.NUMBER, text.substring(start, at), start);
        } else if (c == '.') {
            at++;
            name();
            add(at == start + 1 ? Kind.DOT : Kind.FIELD, text.substring(start + 1, at), start);
        } else if (isName(c)) {
            name();
            add(Kind.WORD, text.substring(start, at), start);
        } else {
            at++;
            add(single(c, start), String.valueOf(c), start);
        }
    }

    private Kind single(char c, int start) throws TemplateException {
        return switch (c) {
            case '|' -> Kind.PIPE;
            case ',' -> Kind.COMMA;
            case '=' -> Kind.ASSIGN;
            case '(' -> Kind.LEFT_PAREN;
            case ')' -> Kind.RIGHT_PAREN;
            default -> throw fault(start, unexpected(c));
        };
    }

    private static String unexpected(char c) {
        String remedy = c == '-' ? "; a key with a - in it is written: index . \"KEY\"" : "";
        return "\"%s\" can't stand here%s".formatted(c, remedy);
    }

    /** Returns true at a sign, or at a dot, that a digit follows. */
    private boolean startsNumber(char c) {
        boolean isSign = c == '+' || c == '-';
        int next = at + 1;
        boolean hasDigit = next < text.length() && isDigit(text.charAt(next));
        return (isSign || c == '.') && hasDigit;
    }

    private void number() {
        while (at < text.length()) {
            char c = text.charAt(at);
            char before = text.charAt(at - 1);
            boolean isSignOfExponent = (c == '+' || c == '-') && (before == 'e' || before == 'E');
            if (!isName(c) && c != '.' && !isSignOfExponent) {
                return;
            }
            at++;
        }
    }

    private void name() {
        while (at < text.length() && isName(text.charAt(at))) {
            at++;
        }
    }

    private void raw() throws TemplateException {
        int start = at;
        int end = text.indexOf('`', at + 1);
        if (end < 0) {
            throw fault(start, "the text has no end: write `");
        }
        at = end + 1;
        add(Kind.STRING, text.substring(start + 1, end), start);
    }

    private void quoted(char quote) throws TemplateException {
        int start = at;
        at++;
        StringBuilder value = new StringBuilder();
        while (true) {
            if (at >= text.length() || text.charAt(at) == '\n') {
                throw fault(start, "the text has no end: write " + quote);
            }
            char c = text.charAt(at);
            at++;
            if (c == quote) {
                break;
            }
            if (c == '\\') {
                value.appendCodePoint(escape(quote));
            } else {
                value.append(c);
            }
        }
        if (quote == '\'' && value.codePointCount(0, value.length()) != 1) {
            throw fault(start, "'…' is a single character; a text is written \"…\"");
        }
        add(quote == '"' ? Kind.STRING : Kind.CHARACTER, value.toString(), start);
    }

    private int escape(char quote) throws TemplateException {
        int start = at - 1;
        char c = at < text.length() ? text.charAt(at) : '\n';
        at++;
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'a' -> '\u0007';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'v' -> '\u000b';
            case '\\' -> '\\';
            case 'x' -> code(start, 2, 16);
            case 'u' -> code(start, 4, 16);
            case 'U' -> code(start, 8, 16);
            default -> {
                if (c == quote) {
                    yield quote;
                }
                if (c >= '0' && c <= '7') {
                    at--;
                    yield code(start, 3, 8);
                }
                throw fault(start, "unknown escape in a text: write \\\\ for a backslash");
            }
        };
    }

    /** Reads the number of a character: of one byte up to 0x7f, since texts here have characters, not bytes. */
    private int code(int start, int digits, int base) throws TemplateException {
        int end = at + digits;
        String written = end <= text.length() ? text.substring(at, end) : "";
        at = end;
        boolean isNumber = !written.isEmpty() && written.chars().allMatch(c -> Character.digit(c, base) >= 0);
        long code = isNumber ? Long.parseLong(written, base) : -1;
        long highest = digits < 4 ? 0x7f : Character.MAX_CODE_POINT;
        if (code < 0 || code > highest || (code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE)) {
            throw fault(start, "the escape is no character: write the character itself, or \\u and four digits");
        }
        return (int) code;
    }

    private void add(Kind kind, String value, int offset) {
        tokens.add(new Token(kind, value, position(offset)));
    }

    private TemplateException fault(int offset, String what) {
        return new TemplateException(position(offset), what);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isName(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }
}
