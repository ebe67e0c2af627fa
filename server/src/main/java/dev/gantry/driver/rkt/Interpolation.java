package dev.gantry.driver.rkt;

/** The state of the <code>${…}</code> in a config block. */
enum Interpolation {
    /** As submitted. A value with <code>${…}</code> is not known yet and can't be checked. */
    PENDING,
    /** As a task gets the block. Every <code>${…}</code> is replaced; a remaining one is literal text. */
    DONE;

    /** Decides whether the value may change before the task starts. */
    boolean mayChange(String value) {
        return this == PENDING && value.contains("${");
    }
}
