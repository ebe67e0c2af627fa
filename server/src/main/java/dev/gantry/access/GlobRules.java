package dev.gantry.access;

import dev.gantry.model.Glob;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The rules of a token's policies for one kind of object. Of each policy, only the rules with the most specific matching
 * glob count. The rules of all policies are added up, except that a rule without capabilities denies: it cancels each rule
 * whose glob is not more specific than its own. Nomad decides alike when policies deny; it does not add up capabilities of
 * different globs.
 *
 * @param policies the rules of each policy
 * @param <C> the type of the capabilities
 * @param <R> the type of the rules
 */
record GlobRules<C, R extends GlobRules.Rule<C>>(List<List<R>> policies) {

    /**
     * A rule whose glob is ready to match.
     *
     * @param <C> the type of its capabilities
     */
    interface Rule<C> {

        /** Returns the glob. */
        Glob glob();

        /** Returns the capabilities; none denies. */
        Set<C> capabilities();
    }

    GlobRules {
        policies = policies.stream().map(List::copyOf).toList();
    }

    boolean allow(C capability, String name) {
        List<R> deciding = deciding(name);
        int denied = strongestDenial(deciding);
        return deciding.stream()
                .anyMatch(rule ->
                        rule.capabilities().contains(capability) && rule.glob().specificity() > denied);
    }

    /** Returns the rules of each policy that have the most specific of its matching globs. */
    List<R> deciding(String name) {
        List<R> all = new ArrayList<>();
        for (List<R> policy : policies) {
            List<R> best = new ArrayList<>();
            for (R rule : policy) {
                int ahead = best.isEmpty()
                        ? 1
                        : Integer.compare(
                                rule.glob().specificity(), best.get(0).glob().specificity());
                if (ahead >= 0 && rule.glob().matches(name)) {
                    if (ahead > 0) {
                        best.clear();
                    }
                    best.add(rule);
                }
            }
            all.addAll(best);
        }
        return all;
    }

    /** Returns the highest specificity of a rule that denies; -1 if no rule denies. */
    private int strongestDenial(List<R> rules) {
        return rules.stream()
                .filter(rule -> rule.capabilities().isEmpty())
                .mapToInt(rule -> rule.glob().specificity())
                .max()
                .orElse(-1);
    }
}
