package dev.gantry.node.allocation;

import com.google.protobuf.Duration;
import dev.gantry.driver.TaskStop;
import dev.gantry.model.CheckDefaults;
import dev.gantry.model.PolicyDefaults;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;

/**
 * What the newest version of its job says of a task.
 *
 * @param task the task; its checks leave nothing out
 * @param role what it is to its group
 * @param restarts when it is started again
 * @param stop how to end it
 */
record TaskSpec(Task task, TaskRole role, RestartRule restarts, TaskStop stop) {

    static TaskSpec of(Job job, TaskGroup group, Task task, java.time.Duration killTimeout) {
        TaskRole role = TaskRole.of(task);
        RestartRule restarts =
                new RestartRule(PolicyDefaults.apply(group.getRestart(), job.getType()), evenOnSuccess(role, job));
        TaskStop stop = new TaskStop(
                task.getKillSignal().isEmpty() ? TaskStop.DEFAULT_SIGNAL : task.getKillSignal(),
                task.hasKillTimeout() ? duration(task.getKillTimeout()) : killTimeout);
        return new TaskSpec(withWholeChecks(task), role, restarts, stop);
    }

    private static Task withWholeChecks(Task task) {
        Task.Builder whole = task.toBuilder();
        whole.getServicesBuilderList().forEach(CheckDefaults::fill);
        return whole.build();
    }

    private static boolean evenOnSuccess(TaskRole role, Job job) {
        return switch (role) {
            case PRESTART, POSTSTOP -> false;
            case SIDECAR -> true;
            case MAIN -> job.getType() != JobType.JOB_TYPE_BATCH;
        };
    }

    private static java.time.Duration duration(Duration duration) {
        return ProtoTimes.toDuration(duration);
    }
}
