package dev.gantry.driver.rkt;

/** Whether each <code>${…}</code> of a config block has been replaced. */
enum Interpolation {
    /** As submitted: what holds one can't be judged. */
    PENDING,
    /** As a task gets it: what still looks like one is meant so. */
    DONE;

    /** Whether the value may be another one when the task starts. */
    boolean mayChange(String value) {
        return this == PENDING && value.contains("${");
    }
}
