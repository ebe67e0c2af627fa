package dev.gantry.cluster.node;

import dev.gantry.cluster.OverloadedException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Holds the requests of one kind that a node has not answered yet.
 *
 * @param <A> the kind of answer
 */
final class PendingAnswers<A> {

    private final String kind;
    private final int limit;
    private final Map<Long, CompletableFuture<A>> pending = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();

    /**
     * Holds no request yet.
     *
     * @param kind the requests in messages, such as "reads of logs of this node"
     * @param limit the most requests that wait at a time
     */
    PendingAnswers(String kind, int limit) {
        this.kind = kind;
        this.limit = limit;
    }

    /**
     * Sends a request with a new id, and returns the answer.
     *
     * @param patience how long to wait for the answer
     * @param send gets the id of the request, and sends it
     * @return the answer; fails with a timeout, or with {@link OverloadedException} if too many requests wait
     */
    CompletableFuture<A> ask(Duration patience, LongConsumer send) {
        if (pending.size() >= limit) {
            return CompletableFuture.failedFuture(new OverloadedException(kind, limit));
        }
        long id = lastId.incrementAndGet();
        CompletableFuture<A> answer = new CompletableFuture<>();
        pending.put(id, answer);
        send.accept(id);
        return answer.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((arrived, failure) -> pending.remove(id));
    }

    /** Completes the request with the id; ignores an answer without a waiting request. */
    void answer(long id, A answer) {
        Optional.ofNullable(pending.get(id)).ifPresent(request -> request.complete(answer));
    }

    /** Fails all requests that wait. */
    void failAll(RuntimeException failure) {
        pending.values().forEach(request -> request.completeExceptionally(failure));
    }
}
