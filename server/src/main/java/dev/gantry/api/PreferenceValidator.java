package dev.gantry.api;

import dev.gantry.model.FieldPath;
import dev.gantry.scheduler.constraint.ConstraintChecks;
import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Validates affinities and spreads. */
final class PreferenceValidator {

    private static final int HIGHEST_WEIGHT = 100;
    private static final int WHOLE = 100;
    private static final String ANY_VALUE = "is_set";
    private static final Set<String> DISTINCT = Set.of("distinct_hosts", "distinct_property");

    private final JobType type;
    private final Violations violations;

    PreferenceValidator(JobType type, Violations violations) {
        this.type = type;
        this.violations = violations;
    }

    void checkAffinities(List<Affinity> affinities, String path) {
        refuseForSystemJobs(affinities, path);
        for (int i = 0; i < affinities.size(); i++) {
            check(affinities.get(i), FieldPath.element(path, i));
        }
    }

    void checkSpreads(List<Spread> spreads, String path) {
        refuseForSystemJobs(spreads, path);
        for (int i = 0; i < spreads.size(); i++) {
            check(spreads.get(i), FieldPath.element(path, i));
        }
    }

    private void refuseForSystemJobs(List<?> preferences, String path) {
        if (type == JobType.JOB_TYPE_SYSTEM && !preferences.isEmpty()) {
            violations.add(path, "is not for system jobs, which run on every node that fits: use constraints");
        }
    }

    private void check(Affinity affinity, String path) {
        if (DISTINCT.contains(affinity.getOperator())) {
            violations.add(
                    path + ".operator",
                    "\"%s\" is for constraints only: use a spread".formatted(affinity.getOperator()));
        } else {
            violations.addAll(ConstraintChecks.check(
                    Constraint.newBuilder()
                            .setAttribute(affinity.getAttribute())
                            .setOperator(affinity.getOperator())
                            .setValue(affinity.getValue())
                            .build(),
                    path));
        }
        if (Math.abs((long) affinity.getWeight()) > HIGHEST_WEIGHT) {
            violations.add(path + ".weight", "%d is not within -100 and 100".formatted(affinity.getWeight()));
        }
    }

    private void check(Spread spread, String path) {
        violations.addAll(ConstraintChecks.check(
                Constraint.newBuilder()
                        .setAttribute(spread.getAttribute())
                        .setOperator(ANY_VALUE)
                        .build(),
                path));
        if (spread.getWeight() < 0 || spread.getWeight() > HIGHEST_WEIGHT) {
            violations.add(path + ".weight", "%d is not within 1 and 100".formatted(spread.getWeight()));
        }
        Set<String> values = new HashSet<>();
        for (int i = 0; i < spread.getTargetsCount(); i++) {
            check(spread.getTargets(i), values, FieldPath.element(path + ".targets", i));
        }
        long sum = spread.getTargetsList().stream()
                .mapToLong(SpreadTarget::getPercent)
                .sum();
        if (sum > WHOLE) {
            violations.add(path + ".targets", "make %d percent together, which is more than 100".formatted(sum));
        }
    }

    private void check(SpreadTarget target, Set<String> values, String path) {
        if (target.getValue().isEmpty()) {
            violations.add(path + ".value", "is missing");
        } else if (!values.add(target.getValue())) {
            violations.add(path + ".value", "\"%s\" is used twice".formatted(target.getValue()));
        }
        if (target.getPercent() < 0 || target.getPercent() > WHOLE) {
            violations.add(path + ".percent", "%d is not within 0 and 100".formatted(target.getPercent()));
        }
    }
}
