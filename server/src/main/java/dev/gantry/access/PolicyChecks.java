package dev.gantry.access;

import com.google.protobuf.ProtocolMessageEnum;
import dev.gantry.model.FieldPath;
import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclVariableRule;
import dev.gantry.v1.JobViolation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Validates policies. */
public final class PolicyChecks {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    private static final Pattern GLOB = Pattern.compile("[A-Za-z0-9._*/-]{1,128}");
    private static final Pattern PATH_GLOB = Pattern.compile("[A-Za-z0-9._~/*-]{1,256}");
    private static final int LONGEST_DESCRIPTION = 256;
    private static final int MOST_RULES = 128;

    private PolicyChecks() {}

    /**
     * Validates a policy.
     *
     * @param policy the policy as a caller sent it
     * @param path the path of its field, such as {@code policy}
     * @return its violations; empty if it is valid
     */
    public static List<JobViolation> check(AclPolicy policy, String path) {
        List<JobViolation> faults = new ArrayList<>();
        checkName(policy.getName(), FieldPath.field(path, "name"), faults);
        checkDescription(policy.getDescription(), FieldPath.field(path, "description"), faults);
        checkRules(policy.getJobsList(), FieldPath.field(path, "jobs"), faults);
        checkVariables(policy.getVariablesList(), FieldPath.field(path, "variables"), faults);
        checkAccess(policy.getNode(), policy.getNodeValue(), FieldPath.field(path, "node"), faults);
        checkAccess(policy.getOperator(), policy.getOperatorValue(), FieldPath.field(path, "operator"), faults);
        return List.copyOf(faults);
    }

    private static void checkName(String name, String path, List<JobViolation> faults) {
        if (name.isEmpty()) {
            faults.add(fault(path, "is missing"));
        } else if (!NAME.matcher(name).matches()) {
            faults.add(fault(path, "\"%s\" is no name: use 1 to 128 of A-Z a-z 0-9 _ -".formatted(name)));
        }
    }

    private static void checkDescription(String description, String path, List<JobViolation> faults) {
        if (description.length() > LONGEST_DESCRIPTION) {
            faults.add(fault(
                    path,
                    "is %d characters long; the limit is %d".formatted(description.length(), LONGEST_DESCRIPTION)));
        }
        if (description.chars().anyMatch(Character::isISOControl)) {
            faults.add(fault(path, "has a control character in it"));
        }
    }

    private static void checkRules(List<AclJobRule> rules, String path, List<JobViolation> faults) {
        if (isTooLong(rules, path, faults)) {
            return;
        }
        Map<String, Integer> globs = new HashMap<>();
        for (int i = 0; i < rules.size(); i++) {
            String rulePath = FieldPath.element(path, i);
            checkGlob(rules.get(i).getJobGlob(), rulePath + ".job_glob", faults);
            checkIsFirst(rules.get(i).getJobGlob(), i, globs, path, "job_glob", faults);
            checkCapabilities(rules.get(i), rulePath, faults);
            checkFeatures(rules.get(i), rulePath, faults);
        }
    }

    private static void checkVariables(List<AclVariableRule> rules, String path, List<JobViolation> faults) {
        if (isTooLong(rules, path, faults)) {
            return;
        }
        Map<String, Integer> globs = new HashMap<>();
        for (int i = 0; i < rules.size(); i++) {
            String rulePath = FieldPath.element(path, i);
            checkPathGlob(rules.get(i).getPathGlob(), rulePath + ".path_glob", faults);
            checkIsFirst(rules.get(i).getPathGlob(), i, globs, path, "path_glob", faults);
            checkEach(
                    rules.get(i).getCapabilitiesList(),
                    rules.get(i).getCapabilitiesValueList(),
                    "capability",
                    rulePath + ".capabilities",
                    faults);
        }
    }

    private static boolean isTooLong(List<?> rules, String path, List<JobViolation> faults) {
        if (rules.size() > MOST_RULES) {
            faults.add(fault(path, "has %d entries; the limit is %d".formatted(rules.size(), MOST_RULES)));
            return true;
        }
        return false;
    }

    /** Checks that no earlier rule has the same glob; remembers the glob. */
    private static void checkIsFirst(
            String glob, int index, Map<String, Integer> globs, String path, String field, List<JobViolation> faults) {
        Integer first = globs.putIfAbsent(glob, index);
        if (first != null) {
            faults.add(fault(
                    FieldPath.element(path, index) + "." + field,
                    "\"%s\" has a rule already, %s: write one rule".formatted(glob, FieldPath.element(path, first))));
        }
    }

    private static void checkGlob(String glob, String path, List<JobViolation> faults) {
        if (glob.isEmpty()) {
            faults.add(fault(path, "is missing: name a job, or several with *"));
        } else if (!GLOB.matcher(glob).matches()) {
            faults.add(fault(path, "\"%s\" matches no job: use 1 to 128 of A-Z a-z 0-9 . _ - / *".formatted(glob)));
        } else {
            checkStars(glob, path, faults);
        }
    }

    private static void checkPathGlob(String glob, String path, List<JobViolation> faults) {
        if (glob.isEmpty()) {
            faults.add(fault(path, "is missing: name a variable, or several with *"));
        } else if (!PATH_GLOB.matcher(glob).matches()) {
            faults.add(
                    fault(path, "\"%s\" matches no variable: use 1 to 256 of A-Z a-z 0-9 . _ ~ - / *".formatted(glob)));
        } else {
            checkStars(glob, path, faults);
        }
    }

    private static void checkStars(String glob, String path, List<JobViolation> faults) {
        if (glob.contains("**")) {
            faults.add(fault(path, "\"%s\" has two * in a row: write one".formatted(glob)));
        }
    }

    private static void checkCapabilities(AclJobRule rule, String path, List<JobViolation> faults) {
        checkEach(
                rule.getCapabilitiesList(),
                rule.getCapabilitiesValueList(),
                "capability",
                path + ".capabilities",
                faults);
    }

    private static void checkFeatures(AclJobRule rule, String path, List<JobViolation> faults) {
        checkEach(
                rule.getDeniedFeaturesList(),
                rule.getDeniedFeaturesValueList(),
                "feature",
                path + ".denied_features",
                faults);
    }

    /** Checks that each entry is known and stands once. One fault is enough: a hostile list may have a million entries. */
    private static void checkEach(
            List<? extends ProtocolMessageEnum> entries,
            List<Integer> numbers,
            String kind,
            String path,
            List<JobViolation> faults) {
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < entries.size(); i++) {
            int number = numbers.get(i);
            // The descriptor lacks the numbers that this version does not know; 0 is the unspecified entry.
            boolean known = number != 0 && isKnown(entries.get(i), number);
            if (!known || !seen.add(number)) {
                faults.add(fault(
                        FieldPath.element(path, i),
                        known ? "%s is used twice".formatted(entries.get(i)) : "%d is no %s".formatted(number, kind)));
                return;
            }
        }
    }

    private static boolean isKnown(ProtocolMessageEnum entry, int number) {
        return entry.getDescriptorForType().findValueByNumber(number) != null;
    }

    private static void checkAccess(AclAccess access, int value, String path, List<JobViolation> faults) {
        if (access == AclAccess.UNRECOGNIZED) {
            faults.add(fault(path, "%d is no access: use deny, read or write".formatted(value)));
        }
    }

    private static JobViolation fault(String field, String description) {
        return JobViolation.newBuilder()
                .setField(field)
                .setDescription(description)
                .build();
    }
}
