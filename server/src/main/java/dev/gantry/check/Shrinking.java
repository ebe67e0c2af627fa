package dev.gantry.check;

import dev.gantry.check.history.Violation;
import dev.gantry.check.history.Violation.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Looks for a smaller plan that breaks a rule too: with fewer kinds of faults, then with fewer steps. A run differs each time,
 * so a plan that breaks no rule once may break it the next time; the smallest plan is one that did break it.
 */
final class Shrinking {

    /** Fewer steps than these end before the first faults. */
    private static final int FEWEST_STEPS = 20;

    /** Runs a plan. */
    @FunctionalInterface
    interface Attempt {

        /**
         * Runs a plan.
         *
         * @return what it breaks
         */
        List<Violation> run(Plan plan) throws Exception;
    }

    private final Attempt attempt;
    private final BooleanSupplier hasTime;

    /**
     * Makes a search.
     *
     * @param attempt runs a plan
     * @param hasTime tells whether there is time for another run
     */
    Shrinking(Attempt attempt, BooleanSupplier hasTime) {
        this.attempt = attempt;
        this.hasTime = hasTime;
    }

    /**
     * Returns the smallest plan that was found.
     *
     * @param plan a plan that breaks the rules
     * @param rules the rules
     * @param steps how many steps a client has taken at most
     */
    Plan smallest(Plan plan, Set<Rule> rules, int steps) throws Exception {
        Plan smallest = plan;
        for (FaultKind kind : plan.faults()) {
            Set<FaultKind> fewer = new HashSet<>(smallest.faults());
            fewer.remove(kind);
            Plan without = new Plan(plan.seed(), plan.clients(), plan.steps(), plan.millis(), fewer);
            smallest = breaks(without, rules) ? without : smallest;
        }
        for (int fewer = steps / 2; fewer >= FEWEST_STEPS; fewer /= 2) {
            Plan shorter = new Plan(plan.seed(), plan.clients(), fewer, plan.millis(), smallest.faults());
            if (!breaks(shorter, rules)) {
                return smallest;
            }
            smallest = shorter;
        }
        return smallest;
    }

    private boolean breaks(Plan plan, Set<Rule> rules) throws Exception {
        if (!hasTime.getAsBoolean()) {
            return false;
        }
        Set<Rule> broken = attempt.run(plan).stream().map(Violation::rule).collect(Collectors.toSet());
        return broken.stream().anyMatch(rules::contains);
    }
}
