package dev.gantry.node;

import dev.gantry.node.allocation.AllocationRunner;
import dev.gantry.node.log.LogReader;
import dev.gantry.node.log.LogSource;
import dev.gantry.node.session.OwnerThread;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.ReadLog;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Answers the server's reads of logs: finds the log of a task, lets the log thread read it, and sends the piece.
 * Request ids are unique within one session only, so an answer to an ended session is dropped. Owned by the owner
 * thread.
 */
final class LogAnswers {

    private static final String NO_LOGS =
            "Node %s has no logs of allocation %s: its directory was deleted after its end, since only those of the"
                    + " newest ended allocations are kept, or the allocation has not started there";

    private final OwnerThread owner;
    private final NodeAllocations allocations;
    private final LogReader reader;
    private final String nodeName;
    private final Consumer<LogChunk> sender;
    private long sessionNumber;

    LogAnswers(
            OwnerThread owner,
            NodeAllocations allocations,
            LogReader reader,
            String nodeName,
            Consumer<LogChunk> sender) {
        this.owner = owner;
        this.allocations = allocations;
        this.reader = reader;
        this.nodeName = nodeName;
        this.sender = sender;
    }

    /** Begins a read, and answers it when there is output, the wait is over or the read has failed. */
    void answer(ReadLog request) {
        Optional<AllocationRunner> runner = allocations.find(request.getAllocationId());
        Optional<LogSource> source =
                runner.flatMap(found -> found.log(request.getTask(), request.getStream(), request.getFollow()));
        if (source.isPresent()) {
            long number = sessionNumber;
            reader.read(request, source.get(), chunk -> owner.execute(() -> send(number, chunk)));
        } else {
            refuse(request, missing(request, runner));
        }
    }

    /** Answers a read with an error, for people. */
    void refuse(ReadLog request, String why) {
        sender.accept(LogReader.error(request, why));
    }

    /** Drops all reads of the session that has ended. */
    void endSession() {
        sessionNumber++;
        reader.dropAll();
    }

    private void send(long number, LogChunk chunk) {
        if (number == sessionNumber) {
            sender.accept(chunk);
        }
    }

    private String missing(ReadLog request, Optional<AllocationRunner> runner) {
        String allocation = request.getAllocationId();
        return runner.map(found -> "Allocation %s has no task \"%s\"; its tasks: %s"
                        .formatted(allocation, request.getTask(), String.join(", ", found.taskNames())))
                .orElseGet(() -> NO_LOGS.formatted(nodeName, allocation));
    }
}
