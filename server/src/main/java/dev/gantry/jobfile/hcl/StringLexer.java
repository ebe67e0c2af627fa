package dev.gantry.jobfile.hcl;

/**
 * Reads a quoted string: resolves its escapes and leaves <code>${…}</code> as it is.
 *
 * <p>As in HCL 1, quotes between <code>${</code> and its brace don't end the string, and escapes there stay escapes.
 * Line
 * feeds, which HCL 1 lets stand there, are refused: in a job file they are a forgotten brace.
 */
final class StringLexer {

    private static final int LARGEST_BYTE_ESCAPE = 0x7f;

    private final Cursor cursor;
    private final StringBuilder text = new StringBuilder();

    StringLexer(Cursor cursor) {
        this.cursor = cursor;
    }

    /** Reads from the opening quote to behind the closing one. */
    String read() {
        Position start = cursor.position();
        cursor.next();
        while (cursor.peek() != '"') {
            if (cursor.atEnd() || cursor.peek() == '\n') {
                throw new TextFaultException(start, "this string is not closed on its line: add \"");
            }
            readPart();
        }
        cursor.next();
        return text.toString();
    }

    private void readPart() {
        if (cursor.startsWith("${")) {
            readInterpolation();
        } else if (cursor.peek() == '\\') {
            readEscape();
        } else {
            text.appendCodePoint(cursor.next());
        }
    }

    private void readInterpolation() {
        Position start = cursor.position();
        int from = cursor.offset();
        cursor.skip(2);
        for (int open = 1; open > 0; ) {
            switch (cursor.next()) {
                case '{' -> open++;
                case '}' -> open--;
                case '\\' -> cursor.next();
                case '\n', Cursor.END ->
                    throw new TextFaultException(start, "this ${ is not closed on its line: add }");
                default -> {
                    // Part of the interpolation, which is resolved on the node.
                }
            }
        }
        text.append(cursor.since(from));
    }

    private void readEscape() {
        Position start = cursor.position();
        cursor.next();
        int c = cursor.next();
        switch (c) {
            case 'a' -> text.append('\u0007');
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'v' -> text.append('\u000b');
            case '\\', '"' -> text.appendCodePoint(c);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> readByte(start, c - '0', 2, 8);
            case 'x' -> readByte(start, 0, 2, 16);
            case 'u' -> readCharacter(start, 4);
            case 'U' -> readCharacter(start, 8);
            case Cursor.END, '\n' -> throw new TextFaultException(start, "a string can't end with \\: write \\\\");
            default -> {
                String escape = "\\" + Character.toString(c);
                throw new TextFaultException(start, escape + " is no escape: write \\" + escape + " for a backslash");
            }
        }
    }

    private void readByte(Position start, int high, int digits, int radix) {
        long value = readDigits(start, high, digits, radix);
        if (value > LARGEST_BYTE_ESCAPE) {
            throw new TextFaultException(
                    start, "a byte above 7f is no character of its own: write \\u%04x".formatted(value));
        }
        text.appendCodePoint((int) value);
    }

    private void readCharacter(Position start, int digits) {
        long value = readDigits(start, 0, digits, 16);
        boolean surrogate = Character.MIN_SURROGATE <= value && value <= Character.MAX_SURROGATE;
        if (value > Character.MAX_CODE_POINT || surrogate) {
            throw new TextFaultException(start, "there is no character U+%04X".formatted(value));
        }
        text.appendCodePoint((int) value);
    }

    private long readDigits(Position start, long high, int digits, int radix) {
        long value = high;
        for (int i = 0; i < digits; i++) {
            int digit = cursor.peek() < 0x80 ? Character.digit(cursor.peek(), radix) : -1;
            if (digit < 0) {
                throw new TextFaultException(
                        start, "this escape lacks a digit: \\NNN (octal), \\xNN, \\uNNNN or \\UNNNNNNNN");
            }
            cursor.next();
            value = value * radix + digit;
        }
        return value;
    }
}
