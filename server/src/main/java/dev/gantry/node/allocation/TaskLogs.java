package dev.gantry.node.allocation;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.model.LogLimits;
import dev.gantry.node.log.LogSource;
import dev.gantry.v1.LogStream;
import java.util.Optional;

/** Finds the logs of tasks. */
final class TaskLogs {

    private TaskLogs() {}

    /**
     * Returns the log of a task.
     *
     * @param task the task
     * @param stream the output; standard output unless it is stderr
     * @param isFollowed whether the reader waits for a task that has not started yet
     * @param owner names the task, its allocation and its node, for people
     */
    static LogSource of(TaskRunner task, LogStream stream, boolean isFollowed, String owner) {
        TaskDirectory directory = task.directory();
        LogLimits limits = LogLimits.of(task.spec().task().getLogs());
        return new LogSource(
                stream == LogStream.LOG_STREAM_STDERR ? directory.stderr(limits) : directory.stdout(limits),
                task::isDead,
                owner,
                whyNoFiles(task, limits, isFollowed).map(why -> "There is no output of %s: %s".formatted(owner, why)));
    }

    private static Optional<String> whyNoFiles(TaskRunner task, LogLimits limits, boolean isFollowed) {
        if (limits.disabled()) {
            return Optional.of("its job has logs { disabled = true }, which discards it");
        }
        if (task.hasRun()) {
            return Optional.empty();
        }
        if (task.isDead()) {
            return Optional.of("it was never started. " + TaskHistory.lastEnd(task.state()));
        }
        return isFollowed ? Optional.empty() : Optional.of("it has not been started yet");
    }
}
