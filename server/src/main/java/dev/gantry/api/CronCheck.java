package dev.gantry.api;

import java.util.Optional;

/** Says what is wrong with a cron expression. */
@FunctionalInterface
public interface CronCheck {

    /**
     * Looks an expression through.
     *
     * @param expression as submitted, not blank
     * @return what is wrong with it and what to write instead; empty if nothing is
     */
    Optional<String> fault(String expression);
}
