package dev.gantry.driver.rkt;

/** The state of the <code>${…}</code> in a config block. */
enum Interpolation {
    /** As submitted: a value that has one is not known yet, and can't be checked. */
    PENDING,
    /** As a task gets it: all are replaced; text that looks like one is meant literally. */
    DONE;

    /** Decides whether the value may be another one when the task starts. */
    boolean mayChange(String value) {
        return this == PENDING && value.contains("${");
    }
}
