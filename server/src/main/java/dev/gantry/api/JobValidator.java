package dev.gantry.api;

import dev.gantry.api.access.JobFeatures;
import dev.gantry.driver.TaskConfigCheck;
import dev.gantry.model.FieldPath;
import dev.gantry.model.JobDefaults;
import dev.gantry.model.ParentJobs;
import dev.gantry.scheduler.constraint.ConstraintChecks;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.TaskGroup;
import java.util.List;

/** Validates jobs. It reports all faults of a job at once. */
public final class JobValidator {

    private static final int HIGHEST_PRIORITY = 100;
    /** The largest count of a group. */
    static final int LARGEST_COUNT = 100_000;

    private final TaskValidator tasks;
    private final ScheduleValidator schedules;
    private final JobFeatures features;

    /**
     * Makes a validator.
     *
     * @param drivers validate the settings of the known drivers
     * @param cron validates cron expressions
     */
    public JobValidator(List<TaskConfigCheck> drivers, CronCheck cron) {
        this.tasks = new TaskValidator(drivers);
        this.schedules = new ScheduleValidator(cron);
        this.features = new JobFeatures(drivers);
    }

    /**
     * Validates a job.
     *
     * @param job the job as submitted; defaults need not be set
     * @return its faults; empty for a valid job
     */
    public List<JobViolation> check(Job job) {
        List<JobViolation> size = checkSize(job);
        return size.isEmpty() ? check(job, JobDefaults.apply(job)) : size;
    }

    /**
     * Validates a job and sets its defaults.
     *
     * @param job the job as submitted
     * @return the job with defaults
     * @throws InvalidRequestException if the job is not valid
     */
    Job complete(Job job) {
        refuse(checkSize(job));
        Job whole = JobDefaults.apply(job);
        refuse(check(job, whole));
        return whole;
    }

    /** Returns what finds the features of the jobs that this validates. */
    JobFeatures features() {
        return features;
    }

    private static void refuse(List<JobViolation> faults) {
        if (!faults.isEmpty()) {
            throw new InvalidRequestException(faults);
        }
    }

    private static List<JobViolation> checkSize(Job job) {
        Violations violations = new Violations();
        if (job.getSerializedSize() > ParentJobs.LARGEST_JOB) {
            violations.add(
                    "job",
                    "is %d bytes long; the limit is %d".formatted(job.getSerializedSize(), ParentJobs.LARGEST_JOB));
        } else {
            JobLimits.check(job, violations);
        }
        return violations.found();
    }

    private List<JobViolation> check(Job job, Job whole) {
        Violations violations = new Violations();
        PreferenceValidator preferences = new PreferenceValidator(whole.getType(), violations);
        TextRules.checkAll(job, "", violations);
        checkJob(job, preferences, violations);
        UpdateValidator.check(job, whole, violations);
        schedules.check(job, violations);
        VariableReferenceValidator.check(job, violations);
        for (int i = 0; i < job.getTaskGroupsCount(); i++) {
            String path = FieldPath.element("task_groups", i);
            checkGroup(job.getTaskGroups(i), path, preferences, violations);
            checkCount(whole.getType(), job.getTaskGroups(i), path, violations);
            FailurePolicyValidator.check(whole.getType(), whole.getTaskGroups(i), path, violations);
            TemplateValidator.check(job, job.getTaskGroups(i), path, violations);
            TaskLifecycleValidator.check(job, job.getTaskGroups(i), path, violations);
            tasks.checkServices(whole.getTaskGroups(i), job.getTaskGroups(i), path, violations);
        }
        if (violations.found().isEmpty()) {
            JobLimits.checkWork(whole, violations);
        }
        return violations.found();
    }

    private static void checkJob(Job job, PreferenceValidator preferences, Violations violations) {
        violations.checkJobId("id", job.getId());
        violations.checkMeta("meta", job.getMetaMap());
        if (job.getType() == JobType.UNRECOGNIZED) {
            violations.add("type", "%d is no type: use service, batch or system".formatted(job.getTypeValue()));
        }
        if (job.getPriority() < 0 || job.getPriority() > HIGHEST_PRIORITY) {
            violations.add("priority", "%d is not within 1 and 100".formatted(job.getPriority()));
        }
        for (int i = 0; i < job.getDatacentersCount(); i++) {
            if (job.getDatacenters(i).isBlank()) {
                violations.add(FieldPath.element("datacenters", i), "is empty");
            }
        }
        checkConstraints(job.getConstraintsList(), "constraints", violations);
        preferences.checkAffinities(job.getAffinitiesList(), "affinities");
        preferences.checkSpreads(job.getSpreadsList(), "spreads");
        if (job.getTaskGroupsCount() == 0) {
            violations.add("task_groups", "is empty: a job has at least one group");
        }
        violations.checkUnique("task_groups", "name", job.getTaskGroupsList(), TaskGroup::getName);
    }

    private void checkGroup(TaskGroup group, String path, PreferenceValidator preferences, Violations violations) {
        violations.checkName(path + ".name", group.getName());
        violations.checkMeta(path + ".meta", group.getMetaMap());
        checkConstraints(group.getConstraintsList(), path + ".constraints", violations);
        preferences.checkAffinities(group.getAffinitiesList(), path + ".affinities");
        preferences.checkSpreads(group.getSpreadsList(), path + ".spreads");
        for (int i = 0; i < group.getTasksCount(); i++) {
            preferences.checkAffinities(
                    group.getTasks(i).getAffinitiesList(), FieldPath.element(path + ".tasks", i) + ".affinities");
        }
        tasks.check(group, path, violations);
    }

    private static void checkCount(JobType type, TaskGroup group, String path, Violations violations) {
        if (group.getCount() < 0 || group.getCount() > LARGEST_COUNT) {
            violations.add(path + ".count", "%d is not within 0 and %d".formatted(group.getCount(), LARGEST_COUNT));
        } else if (type == JobType.JOB_TYPE_SYSTEM && group.hasCount() && group.getCount() != 1) {
            violations.add(
                    path + ".count",
                    "%d is not for a system job, which runs once on every node that fits: leave it out"
                            .formatted(group.getCount()));
        }
    }

    static void checkConstraints(List<Constraint> constraints, String path, Violations violations) {
        for (int i = 0; i < constraints.size(); i++) {
            violations.addAll(ConstraintChecks.check(constraints.get(i), FieldPath.element(path, i)));
        }
    }
}
