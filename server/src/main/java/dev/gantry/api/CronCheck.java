package dev.gantry.api;

import java.time.ZoneId;
import java.util.Optional;

/** Validates cron expressions. */
@FunctionalInterface
public interface CronCheck {

    /**
     * Validates an expression.
     *
     * @param expression the expression as submitted, not blank
     * @param zone its time zone
     * @return what is wrong and what to write instead; empty for a valid expression
     */
    Optional<String> fault(String expression, ZoneId zone);
}
