package dev.gantry.api;

import dev.gantry.model.EphemeralDisks;
import dev.gantry.model.FieldPath;
import dev.gantry.model.PolicyDefaults;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.MigrateStrategy;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.time.Duration;

/** Validates the {@code update} and {@code migrate} blocks of a job by Nomad's rules. */
final class UpdateValidator {

    private UpdateValidator() {}

    /** Validates the job's strategies and those of its groups; {@code whole} is the job with its defaults. */
    static void check(Job job, Job whole, Violations violations) {
        if (job.hasMigrate()) {
            check(whole, whole.getMigrate(), "migrate", violations);
        }
        if (job.hasUpdate()) {
            checkOwn(whole.getType(), job.getUpdate(), "update", violations);
        }
        for (int i = 0; i < job.getTaskGroupsCount(); i++) {
            TaskGroup group = whole.getTaskGroups(i);
            String groupPath = FieldPath.element("task_groups", i);
            if (job.getTaskGroups(i).hasMigrate()) {
                check(whole, group.getMigrate(), groupPath + ".migrate", violations);
            }
            boolean isOwn = job.getTaskGroups(i).hasUpdate();
            String path = isOwn ? groupPath + ".update" : "update";
            if (isOwn) {
                checkOwn(whole.getType(), job.getTaskGroups(i).getUpdate(), path, violations);
            }
            // A group with a count of 0 places no canaries.
            if (whole.getType() != JobType.JOB_TYPE_SYSTEM
                    && group.getCount() > 0
                    && group.getUpdate().getCanary() > group.getCount()) {
                violations.add(
                        path + ".canary",
                        "%d is more than the count of group \"%s\", %d"
                                .formatted(group.getUpdate().getCanary(), group.getName(), group.getCount()));
            }
            // The allocation of its index still runs and writes when a canary begins.
            if (whole.getType() == JobType.JOB_TYPE_SERVICE
                    && group.getUpdate().getCanary() > 0
                    && EphemeralDisks.areSticky(group)) {
                violations.add(
                        path + ".canary",
                        ("a canary of group \"%s\" would take an allocation's place without its data, though ephemeral_disk"
                                        + " is sticky: set canary to 0, or sticky and migrate to false")
                                .formatted(group.getName()));
            }
        }
    }

    private static void checkOwn(JobType type, UpdateStrategy update, String path, Violations violations) {
        if (update.hasMaxParallel() && update.getMaxParallel() == 0) {
            // There are no defaults to check: the strategy is none. But it must not promise a canary.
            if (update.getCanary() > 0) {
                violations.add(
                        path + ".canary",
                        "needs a deployment, and max_parallel = 0 makes none: set max_parallel to 1 or more, or take canary"
                                + " out");
            }
            return;
        }
        UpdateStrategy whole = PolicyDefaults.apply(type, update);
        checkAllowed(type, whole, path, violations);
        check(whole, path, violations);
    }

    private static void checkAllowed(JobType type, UpdateStrategy update, String path, Violations violations) {
        switch (type) {
            case JOB_TYPE_BATCH ->
                violations.add(path, "is for service and system jobs: take it out of this batch job");
            case JOB_TYPE_SYSTEM -> checkSystem(update, path, violations);
            case JOB_TYPE_SERVICE, JOB_TYPE_UNSPECIFIED, UNRECOGNIZED -> {}
        }
    }

    /** Refuses what only a deployment can do: a system job has none. */
    private static void checkSystem(UpdateStrategy update, String path, Violations violations) {
        String reason = "is for service jobs only: take it out of this system job";
        if (update.getCanary() > 0) {
            violations.add(path + ".canary", reason);
        }
        if (update.getAutoRevert()) {
            violations.add(path + ".auto_revert", reason);
        }
        if (update.getAutoPromote()) {
            violations.add(path + ".auto_promote", reason);
        }
    }

    private static void check(Job job, MigrateStrategy migrate, String path, Violations violations) {
        if (job.getType() != JobType.JOB_TYPE_SERVICE) {
            violations.add(path, "is for service jobs only: take it out of this %s job".formatted(typeOf(job)));
        }
        if (migrate.getHealthCheck() == HealthCheck.HEALTH_CHECK_MANUAL) {
            violations.add(
                    path + ".health_check",
                    "manual is for deployments only, and a drain makes none: use checks or task_states");
        }
        if (migrate.getMaxParallel() < 0) {
            violations.add(path + ".max_parallel", "%d is below 0".formatted(migrate.getMaxParallel()));
        }
        checkHealth(
                migrate.getHealthCheck(),
                migrate.getHealthCheckValue(),
                migrate.getMinHealthyTime(),
                migrate.getHealthyDeadline(),
                path,
                violations);
    }

    private static void check(UpdateStrategy update, String path, Violations violations) {
        if (update.getMaxParallel() < 0) {
            violations.add(path + ".max_parallel", "%d is below 0".formatted(update.getMaxParallel()));
        }
        if (update.getCanary() < 0) {
            violations.add(path + ".canary", "%d is below 0".formatted(update.getCanary()));
        }
        if (update.getAutoPromote() && update.getCanary() == 0) {
            violations.add(path + ".auto_promote", "promotes nothing without a canary: set canary, or take it out");
        }
        DurationValidator.check(path + ".stagger", update.getStagger(), Duration.ZERO, violations);
        boolean isHealth = checkHealth(
                update.getHealthCheck(),
                update.getHealthCheckValue(),
                update.getMinHealthyTime(),
                update.getHealthyDeadline(),
                path,
                violations);
        boolean isProgress = DurationValidator.check(
                path + ".progress_deadline", update.getProgressDeadline(), Duration.ZERO, violations);
        if (!isHealth || !isProgress) {
            return;
        }
        Duration deadline = DurationValidator.of(update.getHealthyDeadline());
        Duration progress = DurationValidator.of(update.getProgressDeadline());
        if (!progress.isZero() && progress.compareTo(deadline) < 0) {
            violations.add(
                    path + ".progress_deadline",
                    "%s is less than healthy_deadline, %s: make it longer, or 0 for none"
                            .formatted(DurationValidator.text(progress), DurationValidator.text(deadline)));
        }
    }

    /** Validates the rule for the health of an allocation; returns true if its durations can be compared. */
    private static boolean checkHealth(
            HealthCheck check,
            int number,
            com.google.protobuf.Duration minHealthyTime,
            com.google.protobuf.Duration healthyDeadline,
            String path,
            Violations violations) {
        if (check == HealthCheck.UNRECOGNIZED) {
            violations.add(
                    path + ".health_check",
                    "%d is no health check: use checks, task_states or manual".formatted(number));
        }
        boolean isHealthyTime =
                DurationValidator.check(path + ".min_healthy_time", minHealthyTime, Duration.ZERO, violations);
        boolean isDeadline =
                DurationValidator.check(path + ".healthy_deadline", healthyDeadline, Duration.ofMillis(1), violations);
        if (!isHealthyTime || !isDeadline) {
            return false;
        }
        Duration healthy = DurationValidator.of(minHealthyTime);
        Duration deadline = DurationValidator.of(healthyDeadline);
        if (healthy.compareTo(deadline) >= 0) {
            violations.add(
                    path + ".min_healthy_time",
                    "%s is not less than healthy_deadline, %s: nothing could get healthy in time"
                            .formatted(DurationValidator.text(healthy), DurationValidator.text(deadline)));
        }
        return true;
    }

    static String typeOf(Job job) {
        return switch (job.getType()) {
            case JOB_TYPE_BATCH -> "batch";
            case JOB_TYPE_SYSTEM -> "system";
            case JOB_TYPE_SERVICE, JOB_TYPE_UNSPECIFIED, UNRECOGNIZED -> "service";
        };
    }
}
