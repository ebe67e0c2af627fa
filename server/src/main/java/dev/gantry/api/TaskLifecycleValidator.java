package dev.gantry.api;

import dev.gantry.model.FieldPath;
import dev.gantry.model.Signals;
import dev.gantry.v1.Job;
import dev.gantry.v1.Lifecycle;
import dev.gantry.v1.LogConfig;
import dev.gantry.v1.PayloadRule;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

/** Validates the lifecycle, kill and logs settings and the payload files of the tasks of a group. */
final class TaskLifecycleValidator {

    private static final int MAX_LOG_FILES = 1000;
    private static final int MAX_LOG_FILE_SIZE_MIB = 1 << 20;

    private TaskLifecycleValidator() {}

    static void check(Job job, TaskGroup group, String path, Violations violations) {
        for (int i = 0; i < group.getTasksCount(); i++) {
            check(job, group.getTasks(i), FieldPath.element(path + ".tasks", i), violations);
        }
        if (group.getTasksList().stream().filter(Task::getLeader).count() > 1) {
            violations.add(path + ".tasks", "have several leaders: a group has one at most");
        }
        if (group.getTasksCount() > 0 && group.getTasksList().stream().allMatch(Task::hasLifecycle)) {
            violations.add(path + ".tasks", "have all a lifecycle: a group has at least one main task, without");
        }
    }

    private static void check(Job job, Task task, String path, Violations violations) {
        DurationValidator.check(path + ".kill_timeout", task.getKillTimeout(), Duration.ZERO, violations);
        DurationValidator.check(path + ".shutdown_delay", task.getShutdownDelay(), Duration.ZERO, violations);
        if (task.getLeader() && task.hasLifecycle()) {
            violations.add(path + ".leader", "can't stand beside lifecycle: only a main task can be the leader");
        }
        if (!task.getKillSignal().isEmpty()) {
            Signals.fault(task.getKillSignal()).ifPresent(fault -> violations.add(path + ".kill_signal", fault));
        }
        checkLogs(task.getLogs(), path + ".logs", violations);
        if (task.hasLifecycle()) {
            check(task.getLifecycle(), path + ".lifecycle", violations);
        }
        if (!task.getDispatchPayloadFile().isEmpty()) {
            checkPayloadFile(job, task.getDispatchPayloadFile(), path + ".dispatch_payload_file", violations);
        }
    }

    /**
     * The lower limits are Nomad's. The upper ones keep the sum of bytes within a long.
     */
    private static void checkLogs(LogConfig logs, String path, Violations violations) {
        if (logs.hasMaxFiles() && (logs.getMaxFiles() < 1 || logs.getMaxFiles() > MAX_LOG_FILES)) {
            violations.add(path + ".max_files", "%d is not 1 to %d".formatted(logs.getMaxFiles(), MAX_LOG_FILES));
        }
        if (logs.hasMaxFileSizeMib()
                && (logs.getMaxFileSizeMib() < 1 || logs.getMaxFileSizeMib() > MAX_LOG_FILE_SIZE_MIB)) {
            violations.add(
                    path + ".max_file_size_mib",
                    "%d MiB is not 1 to %d".formatted(logs.getMaxFileSizeMib(), MAX_LOG_FILE_SIZE_MIB));
        }
    }

    private static void check(Lifecycle lifecycle, String path, Violations violations) {
        switch (lifecycle.getHook()) {
            case LIFECYCLE_HOOK_PRESTART -> {}
            case LIFECYCLE_HOOK_POSTSTOP -> {
                if (lifecycle.getSidecar()) {
                    violations.add(path + ".sidecar", "is for prestart tasks only: no main task runs during poststop");
                }
            }
            case LIFECYCLE_HOOK_UNSPECIFIED, UNRECOGNIZED ->
                violations.add(path + ".hook", "is missing: use prestart or poststop");
        }
    }

    private static void checkPayloadFile(Job job, String file, String field, Violations violations) {
        if (!staysInside(file)) {
            violations.add(
                    field, "\"%s\" leaves the task's local/: use a path below it, such as input.json".formatted(file));
        }
        if (!job.hasParameterized()) {
            violations.add(field, "needs a job that is dispatched: give the job parameterized");
        } else if (job.getParameterized().getPayload() == PayloadRule.PAYLOAD_RULE_FORBIDDEN) {
            violations.add(field, "needs a payload, which parameterized.payload forbids");
        }
    }

    private static boolean staysInside(String file) {
        try {
            Path path = Path.of(file).normalize();
            return !path.isAbsolute()
                    && !path.startsWith("..")
                    && !path.toString().isEmpty();
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
