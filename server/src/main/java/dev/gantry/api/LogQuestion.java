package dev.gantry.api;

import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.LogStream;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.Task;
import java.util.List;

/** Turns what a client wants to read into the first question to the node. */
final class LogQuestion {

    /** How long a node may keep a reader waiting that follows a log. */
    private static final long FOLLOW_WAIT_MILLIS = 5_000;

    private final StoreReader reader;

    LogQuestion(StoreReader reader) {
        this.reader = reader;
    }

    /**
     * The first question.
     *
     * @throws InvalidRequestException if there is no such output
     */
    ReadLog first(Allocation allocation, StreamLogsRequest request) {
        ReadLog.Builder question = ReadLog.newBuilder()
                .setAllocationId(allocation.getId())
                .setTask(task(allocation, request.getTask()))
                .setStream(stream(request))
                .setWaitMillis(request.getFollow() ? FOLLOW_WAIT_MILLIS : 0);
        if (!request.hasTailLines()) {
            return question.setOffset(0).build();
        }
        if (request.getTailLines() < 0) {
            throw new InvalidRequestException("tail_lines", "%d is below 0".formatted(request.getTailLines()));
        }
        return question.setTailLines(request.getTailLines()).build();
    }

    /** The task of that name, or the only one there is if no name is given. */
    private String task(Allocation allocation, String named) {
        List<String> tasks = reader.jobVersionsOf(List.of(allocation)).stream()
                .map(JobVersion::getJob)
                .flatMap(job -> job.getTaskGroupsList().stream())
                .filter(group -> group.getName().equals(allocation.getTaskGroup()))
                .flatMap(group -> group.getTasksList().stream())
                .map(Task::getName)
                .toList();
        if (named.isEmpty() && tasks.size() == 1) {
            return tasks.get(0);
        }
        if (!tasks.contains(named)) {
            String problem = named.isEmpty() ? "must be given" : "\"%s\" is none of this allocation".formatted(named);
            throw new InvalidRequestException(
                    "task", "%s; its tasks are %s".formatted(problem, String.join(", ", tasks)));
        }
        return named;
    }

    private static LogStream stream(StreamLogsRequest request) {
        return switch (request.getStream()) {
            case LOG_STREAM_UNSPECIFIED, LOG_STREAM_STDOUT -> LogStream.LOG_STREAM_STDOUT;
            case LOG_STREAM_STDERR -> LogStream.LOG_STREAM_STDERR;
            case UNRECOGNIZED ->
                throw new InvalidRequestException(
                        "stream", "%d is no output of a task".formatted(request.getStreamValue()));
        };
    }
}
