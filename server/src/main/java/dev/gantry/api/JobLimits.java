package dev.gantry.api;

import dev.gantry.scheduler.constraint.ConstraintCost;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.Service;
import dev.gantry.v1.Spread;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Checks the size of a job. All limits hold for the whole job and are far above what real jobs need: they bound how
 * long one job can occupy the scheduling thread.
 */
final class JobLimits {

    /** The most steps of work that the constraints of a job may need for each node: about 0.1 ms, 1 ms at worst. */
    private static final long MOST_WORK = 10_000;

    private static final int MOST_ALLOCATIONS = 100_000;

    private static final Set<String> DISTINCT = Set.of("distinct_hosts", "distinct_property");

    private record Limit(String field, String what, long most, ToLongFunction<Job> count) {}

    private static final List<Limit> LIMITS = List.of(
            new Limit("task_groups", "groups", 1_000, Job::getTaskGroupsCount),
            new Limit(
                    "task_groups",
                    "allocations, the counts of all groups together,",
                    MOST_ALLOCATIONS,
                    JobLimits::allocations),
            new Limit("task_groups", "tasks", 2_000, job -> tasks(job).count()),
            new Limit("datacenters", "datacenters", 1_000, Job::getDatacentersCount),
            new Limit(
                    "constraints", "constraints", 5_000, job -> constraints(job).count()),
            new Limit("constraints", "distinct_hosts and distinct_property", 100, JobLimits::distinct),
            new Limit(
                    "affinities",
                    "affinities",
                    5_000,
                    job -> sum(job, job.getAffinitiesCount(), TaskGroup::getAffinitiesCount, Task::getAffinitiesCount)),
            new Limit("spreads", "spreads", 50, job -> spreads(job).count()),
            new Limit(
                    "spreads",
                    "targets of spreads",
                    5_000,
                    job -> spreads(job).mapToLong(Spread::getTargetsCount).sum()),
            new Limit(
                    "task_groups",
                    "ports",
                    5_000,
                    job -> ofTasks(job, task -> task.getResources().getPortsCount())),
            new Limit("task_groups", "services", 2_000, job -> ofTasks(job, Task::getServicesCount)),
            new Limit("task_groups", "checks", 5_000, job -> ofServices(job, Service::getChecksCount)),
            new Limit(
                    "task_groups",
                    "tags of services",
                    10_000,
                    job -> ofServices(job, service -> service.getTagsCount() + service.getCanaryTagsCount())),
            new Limit(
                    "meta",
                    "entries of meta",
                    20_000,
                    job -> sum(job, job.getMetaCount(), TaskGroup::getMetaCount, Task::getMetaCount)),
            new Limit("task_groups", "entries of env", 20_000, job -> ofTasks(job, Task::getEnvCount)),
            new Limit("task_groups", "artifacts", 2_000, job -> ofTasks(job, Task::getArtifactsCount)),
            new Limit(
                    "parameterized",
                    "keys of meta to dispatch with",
                    1_000,
                    job -> job.getParameterized().getMetaRequiredCount()
                            + job.getParameterized().getMetaOptionalCount()));

    private JobLimits() {}

    /**
     * Reports each limit that a job exceeds. It only counts, so call it before code that looks at each part of the job.
     */
    static void check(Job job, Violations violations) {
        for (Limit limit : LIMITS) {
            long count = limit.count().applyAsLong(job);
            if (count > limit.most()) {
                violations.add(
                        limit.field(),
                        "the job has %d %s; the limit is %d".formatted(count, limit.what(), limit.most()));
            }
        }
    }

    /**
     * Reports a job whose constraints and affinities are too much work for each node. The job must be valid otherwise.
     */
    static void checkWork(Job job, Violations violations) {
        long work = ConstraintCost.of(job);
        if (work > MOST_WORK) {
            violations.add(
                    "constraints",
                    ("the constraints and affinities of all groups are %d steps of work for each node; the limit is %d:"
                                    + " make regular expressions shorter, or use fewer")
                            .formatted(work, MOST_WORK));
        }
    }

    private static long allocations(Job job) {
        return job.getTaskGroupsList().stream()
                // A count that is out of range is reported with its group, elsewhere.
                .mapToLong(group -> group.hasCount() ? Math.max(0, Math.min(MOST_ALLOCATIONS, group.getCount())) : 1)
                .sum();
    }

    private static Stream<Task> tasks(Job job) {
        return job.getTaskGroupsList().stream().flatMap(group -> group.getTasksList().stream());
    }

    private static Stream<Constraint> constraints(Job job) {
        return Stream.of(
                        job.getConstraintsList().stream(),
                        job.getTaskGroupsList().stream().flatMap(group -> group.getConstraintsList().stream()),
                        tasks(job).flatMap(task -> task.getConstraintsList().stream()))
                .flatMap(some -> some);
    }

    private static long distinct(Job job) {
        return constraints(job)
                .filter(constraint -> DISTINCT.contains(constraint.getOperator()))
                .count();
    }

    private static Stream<Spread> spreads(Job job) {
        return Stream.concat(
                job.getSpreadsList().stream(),
                job.getTaskGroupsList().stream().flatMap(group -> group.getSpreadsList().stream()));
    }

    private static long ofTasks(Job job, ToIntFunction<Task> count) {
        return tasks(job).mapToLong(count::applyAsInt).sum();
    }

    private static long ofServices(Job job, ToIntFunction<Service> count) {
        return tasks(job)
                .flatMap(task -> task.getServicesList().stream())
                .mapToLong(count::applyAsInt)
                .sum();
    }

    private static long sum(Job job, int ofJob, ToIntFunction<TaskGroup> ofGroup, ToIntFunction<Task> ofTask) {
        return ofJob
                + job.getTaskGroupsList().stream()
                        .mapToLong(ofGroup::applyAsInt)
                        .sum()
                + ofTasks(job, ofTask);
    }
}
