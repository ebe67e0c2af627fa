package dev.gantry.api;

import java.util.Optional;

/** Says what is wrong with a cron expression. */
@FunctionalInterface
public interface CronCheck {

    /** Counts the fields, five or six, and looks no further. */
    CronCheck FIELDS = expression -> {
        int fields = expression.strip().split("\\s+").length;
        return fields == 5 || fields == 6
                ? Optional.empty()
                : Optional.of(
                        "has %d fields: write minute, hour, day of month, month and day of week, such as \"0 3 * * *\""
                                .formatted(fields));
    };

    /**
     * Looks an expression through.
     *
     * @param expression as submitted, not blank
     * @return what is wrong with it and what to write instead; empty if nothing is
     */
    Optional<String> fault(String expression);
}
