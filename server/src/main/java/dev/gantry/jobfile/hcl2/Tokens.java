package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Cursor;
import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Splits HCL 2 into tokens, one ahead. The content of quotes and heredocs is left to {@link TemplateParser}. */
final class Tokens {

    /** Where an expression ends with its line, a token on the next line does not continue it. */
    private boolean lineBound = true;

    private final Cursor cursor;
    private Token token;

    enum Kind {
        NAME,
        NUMBER,
        /** An opening quote; the cursor stands behind it. */
        QUOTE,
        /** The two signs that open a heredoc; the cursor stands behind them. */
        HEREDOC,
        SIGN,
        END,
        /** Text that could not be read. The fault was reported. */
        FAULTY
    }

    /**
     * A token.
     *
     * @param text as it is written
     * @param start where it begins
     * @param onNewLine true if it is the first of its line
     */
    record Token(Kind kind, String text, Cursor.Mark start, boolean onNewLine) {

        Position position() {
            return start.position();
        }

        boolean is(String sign) {
            return kind == Kind.SIGN && text.equals(sign);
        }

        boolean is(Kind other) {
            return kind == other;
        }

        boolean isWord(String word) {
            return kind == Kind.NAME && text.equals(word);
        }
    }

    /** The longest first. */
    private static final List<String> SIGNS = List.of(
            "...", "=>", "==", "!=", ">=", "<=", "&&", "||", "{", "}", "[", "]", "(", ")", "=", ",", ".", ":", "?", "*",
            "/", "%", "+", "-", ">", "<", "!", "~");

    /** As in HCL 2, and hexadecimal numbers and those without a leading zero as in HCL 1. */
    private static final Pattern NUMBER =
            Pattern.compile("0[xX][0-9a-fA-F]{1,64}|(0|[1-9][0-9]*)?(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");

    /** A heredoc, or what is meant for one: no value is less than a smaller one. */
    private static final Pattern HEREDOC_START = Pattern.compile("<<(-?[\\p{L}_]| ?-?[\\p{L}_]|-?\\s)");

    private static final Pattern QUOTED = Pattern.compile("([^\"\\n]*)\"");

    private static final Pattern OCTAL = Pattern.compile("0[0-7]+");

    Tokens(String text) {
        this.cursor = new Cursor(text);
        this.token = new Token(Kind.FAULTY, "", cursor.mark(), true);
    }

    /** Describes the token for messages. */
    String described() {
        return switch (token.kind()) {
            case END -> "the end of the file";
            case QUOTE ->
                cursor.lookingAt(QUOTED)
                        .map(rest -> Excerpt.quoted(rest.group(1)))
                        .orElse("a text in quotes");
            case HEREDOC -> "a heredoc";
            default -> Excerpt.of(token.text());
        };
    }

    Cursor cursor() {
        return cursor;
    }

    Token token() {
        return token;
    }

    /** Sets whether expressions end with their line, and returns what was set before. */
    boolean bindToLine(boolean bind) {
        boolean before = lineBound;
        lineBound = bind;
        return before;
    }

    /** Decides whether the token can continue the expression before it. */
    boolean continuesLine() {
        return !lineBound || !token.onNewLine();
    }

    /** Passes the token, and reads the next one. */
    void advance() {
        advance(cursor.offset() == 0);
    }

    /** Reads a token at the cursor, as the first of its line or not. */
    void advance(boolean onNewLine) {
        token = new Token(Kind.FAULTY, "", cursor.mark(), onNewLine);
        boolean newLine = skipBlanksAndComments() || onNewLine;
        token = new Token(Kind.FAULTY, "", cursor.mark(), newLine);
        token = read(newLine);
    }

    /** Puts a token back after the cursor was elsewhere. */
    void restore(Token earlier) {
        token = earlier;
    }

    private Token read(boolean newLine) {
        Cursor.Mark start = cursor.mark();
        int c = cursor.peek();
        if (c == Cursor.END) {
            return new Token(Kind.END, "", start, newLine);
        }
        if (c == '"') {
            cursor.next();
            return new Token(Kind.QUOTE, "\"", start, newLine);
        }
        if (isHeredoc()) {
            cursor.skip(2);
            return new Token(Kind.HEREDOC, "<<", start, newLine);
        }
        if (isNameStart(c)) {
            return new Token(Kind.NAME, name(start.offset(), false), start, newLine);
        }
        if (isDigit(c)) {
            return new Token(Kind.NUMBER, number(start), start, newLine);
        }
        for (String sign : SIGNS) {
            if (cursor.startsWith(sign)) {
                cursor.skip(sign.length());
                return new Token(Kind.SIGN, sign, start, newLine);
            }
        }
        throw new TextFaultException(start.position(), strange(c));
    }

    private boolean isHeredoc() {
        return cursor.peek() == '<' && cursor.lookingAt(HEREDOC_START).isPresent();
    }

    /** Extends the token, a name, by what HCL 1 has in names too: dots, and what follows them. */
    void extendName() {
        token = new Token(Kind.NAME, name(token.start().offset(), true), token.start(), token.onNewLine());
    }

    private String name(int start, boolean withDots) {
        while (isNamePart(cursor.peek()) || (withDots && cursor.peek() == '.')) {
            cursor.next();
        }
        return cursor.since(start);
    }

    /** Reads the rest of a number that begins with a dot, which is the token. */
    void extendFraction() {
        token = new Token(Kind.NUMBER, number(token.start()), token.start(), token.onNewLine());
    }

    boolean isBeforeDigit() {
        return isDigit(cursor.peek());
    }

    private String number(Cursor.Mark start) {
        int last = -1;
        while (isLetterOrDigit(cursor.peek()) || isPoint() || isExponentSign(last, start)) {
            last = cursor.next();
        }
        String number = cursor.since(start.offset());
        if (OCTAL.matcher(number).matches()) {
            throw new TextFaultException(
                    start.position(),
                    "%s is octal in HCL 1 and decimal in HCL 2: write it without its zeros, or in quotes"
                            .formatted(Excerpt.of(number)));
        }
        if (!NUMBER.matcher(number).matches()) {
            throw new TextFaultException(start.position(), Excerpt.of(number) + " is no number: put text in quotes");
        }
        return number;
    }

    /** A dot belongs to the number, three dots don't. */
    private boolean isPoint() {
        return cursor.peek() == '.' && !cursor.startsWith("..");
    }

    private boolean isExponentSign(int last, Cursor.Mark start) {
        boolean exponent = (last == 'e' || last == 'E')
                && !cursor.since(start.offset()).toLowerCase(Locale.ROOT).startsWith("0x");
        return exponent && (cursor.peek() == '+' || cursor.peek() == '-');
    }

    /** Returns true if a line has ended. */
    private boolean skipBlanksAndComments() {
        boolean newLine = false;
        while (true) {
            int c = cursor.peek();
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                newLine |= cursor.next() == '\n';
            } else if (c == '#' || cursor.startsWith("//")) {
                cursor.nextLine();
                newLine = true;
            } else if (cursor.startsWith("/*")) {
                skipBlockComment();
            } else {
                return newLine;
            }
        }
    }

    private void skipBlockComment() {
        Position start = cursor.position();
        cursor.skip(2);
        while (!cursor.startsWith("*/")) {
            if (cursor.next() == Cursor.END) {
                throw new TextFaultException(start, "this comment is never closed: add */");
            }
        }
        cursor.skip(2);
    }

    private static String strange(int c) {
        if (c == '\'') {
            return "HCL quotes text with \", not '";
        }
        boolean invisible = Character.isSpaceChar(c) || Character.isIdentifierIgnorable(c) || !Character.isDefined(c);
        if (invisible) {
            return "U+%04X, which one can't see, is no blank of HCL: take it out".formatted(c);
        }
        return "nothing in HCL begins with " + Character.toString(c) + ": put text in double quotes";
    }

    static boolean isNameStart(int c) {
        return c == '_' || Character.isLetter(c);
    }

    static boolean isNamePart(int c) {
        return isNameStart(c) || Character.isDigit(c) || c == '-';
    }

    private static boolean isLetterOrDigit(int c) {
        return c != Cursor.END && Character.isLetterOrDigit(c);
    }

    private static boolean isDigit(int c) {
        return '0' <= c && c <= '9';
    }
}
