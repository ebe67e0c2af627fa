package dev.gantry.rkt.cli;

/** The kinds of flags, by the value that they take. */
enum FlagKind {
    /** {@code --x} is {@code --x=true}; the value must be a boolean as Go reads it. */
    BOOL,
    /** {@code --x=VALUE} or {@code --x VALUE}. */
    VALUE,
    /** {@code --x} or {@code --x=VALUE}. */
    OPTIONAL
}
