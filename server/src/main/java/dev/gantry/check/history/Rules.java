package dev.gantry.check.history;

import dev.gantry.check.history.Linearizability.Verdict;
import java.util.ArrayList;
import java.util.List;

/** All rules, applied to a history. */
public final class Rules {

    private Rules() {}

    /**
     * What the rules say of a history.
     *
     * @param violations what breaks a rule
     * @param undecided the jobs of which the search for an order was given up
     */
    public record Findings(List<Violation> violations, List<String> undecided) {

        /** Copies the lists. */
        public Findings {
            violations = List.copyOf(violations);
            undecided = List.copyOf(undecided);
        }
    }

    /**
     * Applies all rules.
     *
     * @param history what was recorded
     * @param mostPoints how many sets of calls of a job the search for an order looks at; see {@link Linearizability}
     */
    public static Findings apply(History history, int mostPoints) {
        List<Violation> violations = new ArrayList<>();
        List<String> undecided = new ArrayList<>();
        JobRules.verdicts(history, mostPoints).forEach((job, verdict) -> {
            if (verdict instanceof Verdict.Undecided) {
                undecided.add(job);
            } else if (verdict instanceof Verdict.Fails fails) {
                violations.add(JobRules.notLinearizable(job, fails));
            }
        });
        violations.addAll(JobRules.check(history));
        violations.addAll(AllocationRules.check(history));
        violations.addAll(NodeRules.check(history));
        violations.addAll(WatchRules.check(history));
        return new Findings(violations, undecided);
    }
}
