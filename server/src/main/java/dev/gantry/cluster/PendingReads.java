package dev.gantry.cluster;

import dev.gantry.v1.LogChunk;
import dev.gantry.v1.ReadLog;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Questions about logs that a node has not answered yet. */
final class PendingReads {

    private static final int LIMIT = 256;
    private static final long GRACE_MILLIS = 10_000;

    private final Map<Long, CompletableFuture<LogChunk>> reads = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();

    /** Gives the question a name, sends it, and waits for its answer, a while longer than the node may take. */
    CompletableFuture<LogChunk> ask(ReadLog question, Consumer<ReadLog> send) {
        if (reads.size() >= LIMIT) {
            return CompletableFuture.failedFuture(new OverloadedException("reads of logs of this node", LIMIT));
        }
        long id = lastId.incrementAndGet();
        CompletableFuture<LogChunk> answer = new CompletableFuture<>();
        reads.put(id, answer);
        send.accept(question.toBuilder().setRequestId(id).build());
        return answer.orTimeout(question.getWaitMillis() + GRACE_MILLIS, TimeUnit.MILLISECONDS)
                .whenComplete((chunk, failure) -> reads.remove(id));
    }

    /** Takes an answer; one that nobody waits for any more is passed over. */
    void answer(LogChunk chunk) {
        Optional.ofNullable(reads.get(chunk.getRequestId())).ifPresent(read -> read.complete(chunk));
    }

    void failAll(RuntimeException failure) {
        reads.values().forEach(read -> read.completeExceptionally(failure));
    }
}
