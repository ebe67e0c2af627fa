package dev.gantry.api;

import dev.gantry.model.FieldPath;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.time.Duration;

/** Validates the {@code update} blocks of a job by Nomad's rules. */
final class UpdateValidator {

    private UpdateValidator() {}

    /** Validates the job's strategy and those of its groups; {@code whole} is the job with its defaults. */
    static void check(Job job, Job whole, Violations violations) {
        if (job.hasUpdate()) {
            checkAllowed(whole, "update", violations);
            check(whole.getUpdate(), "update", violations);
        }
        for (int i = 0; i < job.getTaskGroupsCount(); i++) {
            TaskGroup group = whole.getTaskGroups(i);
            boolean isOwn = job.getTaskGroups(i).hasUpdate();
            String path = isOwn ? FieldPath.element("task_groups", i) + ".update" : "update";
            if (isOwn) {
                checkAllowed(whole, path, violations);
                check(group.getUpdate(), path, violations);
            }
            // A group with a count of 0 places no canaries.
            if (group.getCount() > 0 && group.getUpdate().getCanary() > group.getCount()) {
                violations.add(
                        path + ".canary",
                        "%d is more than the count of group \"%s\", %d"
                                .formatted(group.getUpdate().getCanary(), group.getName(), group.getCount()));
            }
        }
    }

    private static void checkAllowed(Job job, String path, Violations violations) {
        switch (job.getType()) {
            case JOB_TYPE_BATCH, JOB_TYPE_SYSTEM ->
                violations.add(path, "is for service jobs only: take it out of this %s job".formatted(typeOf(job)));
            case JOB_TYPE_SERVICE, JOB_TYPE_UNSPECIFIED, UNRECOGNIZED -> {}
        }
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
        if (update.getHealthCheck() == HealthCheck.UNRECOGNIZED) {
            violations.add(
                    path + ".health_check",
                    "%d is no health check: use checks or task_states".formatted(update.getHealthCheckValue()));
        }
        checkTimes(update, path, violations);
    }

    private static void checkTimes(UpdateStrategy update, String path, Violations violations) {
        boolean isHealthyTime = DurationValidator.check(
                path + ".min_healthy_time", update.getMinHealthyTime(), Duration.ZERO, violations);
        boolean isDeadline = DurationValidator.check(
                path + ".healthy_deadline", update.getHealthyDeadline(), Duration.ofMillis(1), violations);
        boolean isProgress = DurationValidator.check(
                path + ".progress_deadline", update.getProgressDeadline(), Duration.ZERO, violations);
        if (!isHealthyTime || !isDeadline || !isProgress) {
            return;
        }
        Duration healthyTime = DurationValidator.of(update.getMinHealthyTime());
        Duration deadline = DurationValidator.of(update.getHealthyDeadline());
        Duration progress = DurationValidator.of(update.getProgressDeadline());
        if (healthyTime.compareTo(deadline) >= 0) {
            violations.add(
                    path + ".min_healthy_time",
                    "%s is not less than healthy_deadline, %s: nothing could get healthy in time"
                            .formatted(DurationValidator.text(healthyTime), DurationValidator.text(deadline)));
        }
        if (!progress.isZero() && progress.compareTo(deadline) < 0) {
            violations.add(
                    path + ".progress_deadline",
                    "%s is less than healthy_deadline, %s: make it longer, or 0 for none"
                            .formatted(DurationValidator.text(progress), DurationValidator.text(deadline)));
        }
    }

    static String typeOf(Job job) {
        return switch (job.getType()) {
            case JOB_TYPE_BATCH -> "batch";
            case JOB_TYPE_SYSTEM -> "system";
            case JOB_TYPE_SERVICE, JOB_TYPE_UNSPECIFIED, UNRECOGNIZED -> "service";
        };
    }
}
