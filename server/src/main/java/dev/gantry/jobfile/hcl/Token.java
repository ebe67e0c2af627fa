package dev.gantry.jobfile.hcl;

/**
 * A token of HCL.
 *
 * @param kind its kind
 * @param text the value of a string, else the token as written
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

    /** Describes the token for messages. */
    String described() {
        return switch (kind) {
            case END -> "the end of the file";
            case STRING -> Excerpt.quoted(text);
            default -> Excerpt.of(text);
        };
    }
}
