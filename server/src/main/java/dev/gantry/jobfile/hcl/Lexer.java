package dev.gantry.jobfile.hcl;

import dev.gantry.jobfile.hcl.Token.Kind;
import java.util.regex.Pattern;

/** Splits HCL into tokens, without blanks and comments. */
final class Lexer {

    /** Hexadecimal, octal, decimal, with an exponent, with a fraction; three digits of exponent exceed any double. */
    private static final Pattern NUMBER = Pattern.compile("-?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*"
            + "|[0-9]+[eE][+-]?[0-9]{1,3}|[0-9]*\\.[0-9]+([eE][+-]?[0-9]{1,3})?)");

    private final Cursor cursor;

    Lexer(Cursor cursor) {
        this.cursor = cursor;
    }

    Token next() {
        skipBlanksAndComments();
        Position position = cursor.position();
        int c = cursor.peek();
        return switch (c) {
            case Cursor.END -> new Token(Kind.END, "", position);
            case '{' -> sign(Kind.OPEN_BRACE);
            case '}' -> sign(Kind.CLOSE_BRACE);
            case '[' -> sign(Kind.OPEN_BRACKET);
            case ']' -> sign(Kind.CLOSE_BRACKET);
            case '=' -> sign(Kind.ASSIGN);
            case ',' -> sign(Kind.COMMA);
            case '"' -> new Token(Kind.STRING, new StringLexer(cursor).read(), position);
            case '<' -> new Token(Kind.STRING, new HeredocLexer(cursor).read(), position);
            default -> word(c, position);
        };
    }

    private void skipBlanksAndComments() {
        while (true) {
            if (isBlank(cursor.peek())) {
                cursor.next();
            } else if (cursor.startsWith("#") || cursor.startsWith("//")) {
                cursor.nextLine();
            } else if (cursor.startsWith("/*")) {
                skipBlockComment();
            } else {
                return;
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

    private Token sign(Kind kind) {
        Position position = cursor.position();
        return new Token(kind, Character.toString(cursor.next()), position);
    }

    private Token word(int first, Position position) {
        if (isNameStart(first)) {
            return name(position);
        }
        if (isDigit(first) || first == '-' || first == '.') {
            return number(position);
        }
        throw new TextFaultException(position, strange(first));
    }

    private Token name(Position position) {
        int start = cursor.offset();
        while (isNamePart(cursor.peek())) {
            cursor.next();
        }
        String name = cursor.since(start);
        boolean truth = name.equals("true") || name.equals("false");
        return new Token(truth ? Kind.BOOL : Kind.NAME, name, position);
    }

    private Token number(Position position) {
        int start = cursor.offset();
        int last = cursor.next();
        while (isNamePart(cursor.peek()) || isExponentSign(last, cursor.peek())) {
            last = cursor.next();
        }
        String number = cursor.since(start);
        if (!NUMBER.matcher(number).matches()) {
            throw new TextFaultException(position, Excerpt.of(number) + " is no number: put text in quotes");
        }
        return new Token(Kind.NUMBER, number, position);
    }

    private static boolean isExponentSign(int last, int c) {
        return (last == 'e' || last == 'E') && (c == '+' || c == '-');
    }

    private static String strange(int c) {
        if (c == '\'') {
            return "HCL quotes text with \", not '";
        }
        if (isInvisible(c)) {
            return "U+%04X, which one can't see, is no blank of HCL: take it out".formatted(c);
        }
        return "nothing in HCL begins with " + Character.toString(c) + ": put text in double quotes";
    }

    private static boolean isInvisible(int c) {
        return Character.isSpaceChar(c) || Character.isIdentifierIgnorable(c) || !Character.isDefined(c);
    }

    private static boolean isBlank(int c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    private static boolean isNameStart(int c) {
        return c == '_' || Character.isLetter(c);
    }

    static boolean isNamePart(int c) {
        return isNameStart(c) || Character.isDigit(c) || c == '-' || c == '.';
    }

    private static boolean isDigit(int c) {
        return '0' <= c && c <= '9';
    }
}
