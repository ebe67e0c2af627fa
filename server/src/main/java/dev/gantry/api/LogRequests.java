package dev.gantry.api;

import dev.gantry.model.TaskGroups;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.LogStream;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.Task;
import java.util.List;

/** Maps a client's request for a log to the first request to the node. */
final class LogRequests {

    private final StoreReader reader;

    LogRequests(StoreReader reader) {
        this.reader = reader;
    }

    /**
     * Returns the first request, which the node answers at once.
     *
     * @throws InvalidRequestException if the task, the stream, the offset or the number of lines is invalid
     */
    ReadLog first(Allocation allocation, StreamLogsRequest request) {
        ReadLog.Builder question = ReadLog.newBuilder()
                .setAllocationId(allocation.getId())
                .setTask(task(allocation, request.getTask()))
                .setStream(stream(request))
                .setFollow(request.getFollow());
        checkPosition(request);
        return request.hasTailLines()
                ? question.setTailLines(request.getTailLines()).build()
                : question.setOffset(request.getOffset()).build();
    }

    private static void checkPosition(StreamLogsRequest request) {
        if (request.getTailLines() < 0) {
            throw new InvalidRequestException("tail_lines", "%d is below 0".formatted(request.getTailLines()));
        }
        if (request.getOffset() < 0) {
            throw new InvalidRequestException("offset", "%d is below 0".formatted(request.getOffset()));
        }
        if (request.hasOffset() && request.hasTailLines()) {
            throw new InvalidRequestException("offset", "stands beside tail_lines: take one of them out");
        }
    }

    /** Returns the named task, or the only task if no name is given. */
    private String task(Allocation allocation, String named) {
        List<String> tasks = reader.jobs().versionsOf(List.of(allocation)).stream()
                .map(JobVersion::getJob)
                .flatMap(job -> TaskGroups.find(job, allocation.getTaskGroup()).stream())
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
