package dev.gantry.template;

/** A token of a template; {@code text} is the value of a TEXT or STRING, and otherwise what is written. */
record Token(Kind kind, String text, Position position) {

    enum Kind {
        /** Outside of actions. */
        TEXT,
        OPEN,
        CLOSE,
        SPACE,
        WORD,
        /** A dot and a name. */
        FIELD,
        DOT,
        /** With its {@code $}. */
        VARIABLE,
        STRING,
        CHARACTER,
        NUMBER,
        PIPE,
        COMMA,
        DECLARE,
        ASSIGN,
        LEFT_PAREN,
        RIGHT_PAREN,
        END
    }
}
