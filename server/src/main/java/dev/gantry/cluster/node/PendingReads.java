package dev.gantry.cluster.node;

import dev.gantry.cluster.OverloadedException;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.ReadLog;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Holds the reads of logs that a node has not answered yet. */
final class PendingReads {

    // The most reads of one node.
    private static final int LIMIT = 256;
    // Added to the time that the node may take to answer.
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Map<Long, CompletableFuture<LogChunk>> reads = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();

    /**
     * Gives a read an id, sends it, and returns the answer. Times out ten seconds after the node's own limit. Fails
     * with {@link OverloadedException} if 256 reads wait.
     */
    CompletableFuture<LogChunk> ask(ReadLog question, Consumer<ReadLog> send) {
        if (reads.size() >= LIMIT) {
            return CompletableFuture.failedFuture(new OverloadedException("reads of logs of this node", LIMIT));
        }
        long id = lastId.incrementAndGet();
        CompletableFuture<LogChunk> answer = new CompletableFuture<>();
        reads.put(id, answer);
        send.accept(question.toBuilder().setRequestId(id).build());
        return answer.orTimeout(
                        ProtoTimes.toDuration(question.getWait()).plus(GRACE).toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((chunk, failure) -> reads.remove(id));
    }

    /** Completes the read that the chunk answers; ignores a chunk without a waiting read. */
    void answer(LogChunk chunk) {
        Optional.ofNullable(reads.get(chunk.getRequestId())).ifPresent(read -> read.complete(chunk));
    }

    /** Fails all reads that wait. */
    void failAll(RuntimeException failure) {
        reads.values().forEach(read -> read.completeExceptionally(failure));
    }
}
