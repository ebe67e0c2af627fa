package dev.gantry.api;

import dev.gantry.model.FieldPath;
import dev.gantry.model.JobDefaults;
import dev.gantry.model.NodeLimits;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.NodeSelector;
import dev.gantry.v1.NodeSelector.SelectionCase;
import dev.gantry.v1.WhatIfChange;
import dev.gantry.v1.WhatIfNewNodes;
import dev.gantry.v1.WhatIfRequest;
import java.util.List;
import java.util.Map;

/** Validates what-ifs. Whether the nodes and jobs exist that they name is found out on the state that is looked at. */
final class WhatIfValidator {

    private static final int MOST_CHANGES = 1000;
    private static final int MOST_FITS = 20;
    private static final int MOST_NEW_NODES = 10_000;
    private static final int HIGHEST_PRIORITY = 100;

    /** In MHz: more than any machine has. */
    private static final long MOST_CPU = 1_000_000_000;

    /** In MiB: a pebibyte. */
    private static final long MOST_MEMORY = 1L << 30;

    private final JobValidator jobs;

    WhatIfValidator(JobValidator jobs) {
        this.jobs = jobs;
    }

    /**
     * Validates a request.
     *
     * @return the request; its jobs have their defaults filled in
     * @throws InvalidRequestException if a field is not valid
     */
    WhatIfRequest complete(WhatIfRequest request) {
        Violations violations = new Violations();
        checkRange("changes", request.getChangesCount(), 0, MOST_CHANGES, violations);
        checkRange("fits", request.getFitsCount(), 0, MOST_FITS, violations);
        checkRange("max_allocations", request.getMaxAllocations(), 0, WhatIfAnswers.MOST_ALLOCATIONS, violations);
        violations.requireNone();
        WhatIfRequest.Builder whole = request.toBuilder();
        long newNodes = 0;
        for (int i = 0; i < request.getChangesCount(); i++) {
            WhatIfChange change = request.getChanges(i);
            check(change, FieldPath.element("changes", i), violations);
            newNodes += Math.max(0, change.getAddNodes().getCount());
            if (change.hasSubmit()) {
                String path = FieldPath.element("changes", i) + ".submit";
                List<JobViolation> faults = jobs.check(change.getSubmit());
                faults.forEach(
                        fault -> violations.add(FieldPath.within(path, fault.getField()), fault.getDescription()));
                if (faults.isEmpty()) {
                    whole.setChanges(i, WhatIfChange.newBuilder().setSubmit(JobDefaults.apply(change.getSubmit())));
                }
            }
        }
        if (newNodes > MOST_NEW_NODES) {
            violations.add("changes", "%d nodes are added; the limit is %d".formatted(newNodes, MOST_NEW_NODES));
        }
        violations.requireNone();
        return whole.build();
    }

    private static void check(WhatIfChange change, String path, Violations violations) {
        switch (change.getChangeCase()) {
            case DRAIN -> check(change.getDrain().getNodes(), path + ".drain.nodes", violations);
            case LOSE -> check(change.getLose(), path + ".lose", violations);
            case ADD_NODES -> check(change.getAddNodes(), path + ".add_nodes", violations);
            case SET_PROPERTIES -> {
                check(change.getSetProperties().getNodes(), path + ".set_properties.nodes", violations);
                checkProperties(
                        change.getSetProperties().getPropertiesMap(), path + ".set_properties.properties", violations);
            }
            case SET_COUNT ->
                checkRange(
                        path + ".set_count.count",
                        change.getSetCount().getCount(),
                        0,
                        JobValidator.LARGEST_COUNT,
                        violations);
            case SET_PRIORITY ->
                checkRange(
                        path + ".set_priority.priority",
                        change.getSetPriority().getPriority(),
                        1,
                        HIGHEST_PRIORITY,
                        violations);
            case SUBMIT, STOP_JOB_ID -> {}
            case CHANGE_NOT_SET -> violations.add(path, "is empty: say what changes");
        }
    }

    private static void check(NodeSelector selector, String path, Violations violations) {
        boolean isMissing = selector.getSelectionCase() == SelectionCase.SELECTION_NOT_SET
                || (selector.hasAll() && !selector.getAll())
                || (selector.hasNode() && selector.getNode().isEmpty());
        if (isMissing) {
            violations.add(path, "selects nothing: give a node, a node_class, a datacenter, or all");
        }
    }

    private static void check(WhatIfNewNodes change, String path, Violations violations) {
        checkRange(path + ".count", change.getCount(), 1, MOST_NEW_NODES, violations);
        long least = change.getLike().isEmpty() ? 1 : 0;
        checkRange(path + ".cpu", change.getCpu(), least, MOST_CPU, violations);
        checkRange(path + ".memory_mib", change.getMemoryMib(), least, MOST_MEMORY, violations);
        checkProperties(change.getPropertiesMap(), path + ".properties", violations);
    }

    private static void checkProperties(Map<String, String> properties, String path, Violations violations) {
        checkRange(path, properties.size(), 0, NodeLimits.MOST_ENTRIES, violations);
        properties.forEach((name, value) -> {
            if (name.isEmpty() || name.length() > NodeLimits.LONGEST_KEY || !TextRules.isPlain(name)) {
                violations.add(path, "\"%s\" is no name of a property".formatted(name));
            }
            checkRange(FieldPath.entry(path, name), value.length(), 0, NodeLimits.LONGEST_VALUE, violations);
        });
    }

    private static void checkRange(String field, long value, long least, long most, Violations violations) {
        if (value < least || value > most) {
            violations.add(field, "%d is not within %d and %d".formatted(value, least, most));
        }
    }
}
