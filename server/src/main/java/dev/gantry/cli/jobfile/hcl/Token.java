package dev.gantry.cli.jobfile.hcl;

/**
 * A word or sign of HCL.
 *
 * @param kind which
 * @param text what a string says, else the token as written
 * @param position where it begins
 */
record Token(Kind kind, String text, Position position) {

    enum Kind {
        NAME,
        STRING,
        NUMBER,
        BOOL,
        ASSIGN,
        COMMA,
        OPEN_BRACE,
        CLOSE_BRACE,
        OPEN_BRACKET,
        CLOSE_BRACKET,
        END
    }

    boolean is(Kind other) {
        return kind == other;
    }

    /** How messages call it. */
    String described() {
        return switch (kind) {
            case END -> "the end of the file";
            case STRING -> Excerpt.quoted(text);
            default -> Excerpt.of(text);
        };
    }
}
