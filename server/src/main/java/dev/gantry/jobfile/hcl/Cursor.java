package dev.gantry.jobfile.hcl;

/** Walks through a text character by character and counts lines and columns on the way. */
final class Cursor {

    /** Returned after the last character. */
    static final int END = -1;

    private final String text;
    private int offset;
    private int line = 1;
    private int column = 1;

    Cursor(String text) {
        this.text = text;
    }

    Position position() {
        return new Position(line, column);
    }

    int offset() {
        return offset;
    }

    /** The character here, without passing it. */
    int peek() {
        return offset < text.length() ? text.codePointAt(offset) : END;
    }

    boolean atEnd() {
        return offset == text.length();
    }

    boolean startsWith(String prefix) {
        return text.startsWith(prefix, offset);
    }

    /** Passes one character and returns it; at the end stays there. */
    int next() {
        int c = peek();
        if (c == END) {
            return END;
        }
        offset += Character.charCount(c);
        if (c == '\n') {
            line++;
            column = 1;
        } else {
            column++;
        }
        return c;
    }

    /** Passes the rest of the line and returns it; its line feed is passed too, but not returned. */
    String nextLine() {
        int start = offset;
        while (!atEnd() && peek() != '\n') {
            next();
        }
        String rest = since(start);
        next();
        return rest;
    }

    void skip(int characters) {
        for (int i = 0; i < characters; i++) {
            next();
        }
    }

    String since(int start) {
        return text.substring(start, offset);
    }
}
