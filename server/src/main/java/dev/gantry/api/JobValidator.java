package dev.gantry.api;

import dev.gantry.driver.TaskConfigCheck;
import dev.gantry.scheduler.ConstraintChecks;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.TaskGroup;
import java.util.List;

/** Says what is wrong with a job, all of it at once. */
public final class JobValidator {

    private static final int LARGEST_JOB = 1024 * 1024;
    private static final int HIGHEST_PRIORITY = 100;
    private static final int LARGEST_COUNT = 100_000;

    private final TaskValidator tasks;

    /**
     * Makes a validator.
     *
     * @param drivers the known drivers' checks of their own settings
     */
    public JobValidator(List<TaskConfigCheck> drivers) {
        this.tasks = new TaskValidator(drivers);
    }

    /**
     * Looks a job through.
     *
     * @param job as submitted: defaults need not be filled in
     * @return its faults; empty for a valid job
     */
    public List<JobViolation> check(Job job) {
        Violations violations = new Violations();
        if (job.getSerializedSize() > LARGEST_JOB) {
            violations.add("job", "is %d bytes long; the limit is %d".formatted(job.getSerializedSize(), LARGEST_JOB));
            return violations.found();
        }
        checkJob(job, violations);
        for (int i = 0; i < job.getTaskGroupsCount(); i++) {
            checkGroup(job.getTaskGroups(i), "task_groups[%d]".formatted(i), violations);
        }
        return violations.found();
    }

    private static void checkJob(Job job, Violations violations) {
        violations.checkName("id", job.getId());
        if (job.getName().chars().anyMatch(Character::isISOControl)) {
            violations.add("name", "has a control character in it");
        }
        violations.checkVariables("meta", job.getMetaMap());
        if (job.getType() == JobType.UNRECOGNIZED) {
            violations.add("type", "%d is no type: use service or batch".formatted(job.getTypeValue()));
        }
        if (job.getPriority() < 0 || job.getPriority() > HIGHEST_PRIORITY) {
            violations.add("priority", "%d is not within 1 and 100".formatted(job.getPriority()));
        }
        for (int i = 0; i < job.getDatacentersCount(); i++) {
            if (job.getDatacenters(i).isBlank()) {
                violations.add("datacenters[%d]".formatted(i), "is empty");
            }
        }
        checkConstraints(job.getConstraintsList(), "constraints", violations);
        if (job.getTaskGroupsCount() == 0) {
            violations.add("task_groups", "is empty: a job has at least one group");
        }
        violations.checkUnique("task_groups", "name", job.getTaskGroupsList(), TaskGroup::getName);
    }

    private void checkGroup(TaskGroup group, String path, Violations violations) {
        violations.checkName(path + ".name", group.getName());
        if (group.getCount() < 0 || group.getCount() > LARGEST_COUNT) {
            violations.add(path + ".count", "%d is not within 0 and %d".formatted(group.getCount(), LARGEST_COUNT));
        }
        violations.checkVariables(path + ".meta", group.getMetaMap());
        checkConstraints(group.getConstraintsList(), path + ".constraints", violations);
        tasks.check(group, path, violations);
    }

    static void checkConstraints(List<Constraint> constraints, String path, Violations violations) {
        for (int i = 0; i < constraints.size(); i++) {
            violations.addAll(ConstraintChecks.check(constraints.get(i), "%s[%d]".formatted(path, i)));
        }
    }
}
