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
 * The definition of a task in the newest version of its job.
 *
 * @param task the task, with the defaults of its checks filled in
 * @param role the role of the task in its group
 * @param restarts decides about restarts of the task
 * @param stop the kill signal and the kill timeout
 * @param shutdownDelay the time from the decision to stop the task to the kill signal, 0 or more
 */
record TaskSpec(Task task, TaskRole role, RestartRule restarts, TaskStop stop, java.time.Duration shutdownDelay) {

    static TaskSpec of(Job job, TaskGroup group, Task task, java.time.Duration killTimeout) {
        TaskRole role = TaskRole.of(task);
        RestartRule restarts =
                new RestartRule(PolicyDefaults.restart(job.getType(), group, task), evenOnSuccess(role, job));
        TaskStop stop = new TaskStop(
                task.getKillSignal().isEmpty() ? TaskStop.DEFAULT_SIGNAL : task.getKillSignal(),
                task.hasKillTimeout() ? duration(task.getKillTimeout()) : killTimeout);
        return new TaskSpec(withWholeChecks(task), role, restarts, stop, duration(task.getShutdownDelay()));
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
