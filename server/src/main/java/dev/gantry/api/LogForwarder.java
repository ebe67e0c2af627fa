package dev.gantry.api;

import com.google.protobuf.Duration;
import dev.gantry.cluster.SerialTask;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.StreamLogsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Forwards a task's output from its node to a client, chunk by chunk: the next chunk is requested once the client is
 * ready for it. A chunk for which there is no memory is discarded, and requested again once there is. Its state is owned by
 * its turns.
 */
final class LogForwarder {

    /** How long a node may wait for new output before it answers a request that follows a log. */
    private static final Duration FOLLOW_WAIT =
            Duration.newBuilder().setSeconds(5).build();

    private final Function<ReadLog, CompletableFuture<LogChunk>> node;
    private final boolean following;
    private final ServerCallStreamObserver<StreamLogsResponse> observer;
    private final WatchMemoryLimit.Share share;
    private final SerialTask turn;

    /** True while the share belongs to a chunk that was sent. */
    private boolean sent;

    private ReadLog next;
    private boolean begun;
    private CompletableFuture<LogChunk> asked;
    private boolean ended;

    /** True once the call is over. Set by gRPC. */
    private volatile boolean closed;

    private LogForwarder(
            Function<ReadLog, CompletableFuture<LogChunk>> node,
            ReadLog first,
            boolean following,
            ServerCallStreamObserver<StreamLogsResponse> observer,
            WatchMemoryLimit memoryLimit,
            Executor executor) {
        this.node = node;
        this.next = first;
        this.following = following;
        this.observer = observer;
        this.share = memoryLimit.share(SlowReaders.endOfThisCall());
        this.turn = new SerialTask(executor, this::takeTurn);
    }

    /**
     * Begins to send. Call it before the service method returns.
     *
     * @param node asks the node for a piece of the log
     * @param first what to ask the node first
     * @param following whether the client wants what is written from now on too. Then it is told at once where it
     *     begins, even if there is nothing to read yet, so that it can go on from there after the connection broke
     * @param memoryLimit bounds the memory of chunks that clients have not read
     */
    static void begin(
            Function<ReadLog, CompletableFuture<LogChunk>> node,
            ReadLog first,
            boolean following,
            ServerCallStreamObserver<StreamLogsResponse> observer,
            WatchMemoryLimit memoryLimit,
            Executor executor) {
        LogForwarder pump = new LogForwarder(node, first, following, observer, memoryLimit, executor);
        observer.setOnReadyHandler(pump.turn::call);
        Runnable afterwards = () -> {
            pump.closed = true;
            pump.share.close();
        };
        observer.setOnCancelHandler(afterwards);
        // A call that may not go on is closed from outside.
        observer.setOnCloseHandler(afterwards);
        pump.turn.call();
    }

    private void takeTurn() {
        if (ended || closed) {
            return;
        }
        try {
            if (asked != null && asked.isDone()) {
                LogChunk chunk = asked.join();
                asked = null;
                if (!pass(chunk)) {
                    return;
                }
            }
            if (!ended && asked == null && observer.isReady()) {
                if (sent) {
                    share.giveBack();
                    sent = false;
                }
                ask();
            }
        } catch (RuntimeException e) {
            ended = true;
            observer.onError(StatusMapping.toStatus(e));
        }
    }

    private void ask() {
        asked = node.apply(next);
        // The turn handles the answer and the failure.
        var unused = asked.whenComplete((chunk, failure) -> turn.call());
    }

    /** Sends a chunk. Returns false if there is no memory for it yet; another turn comes once there is. */
    private boolean pass(LogChunk chunk) {
        if (!chunk.getError().isEmpty()) {
            throw StatusMapping.noSuchLog(chunk.getError());
        }
        if (!chunk.getData().isEmpty() || (following && !begun)) {
            StreamLogsResponse message = StreamLogsResponse.newBuilder()
                    .setOffset(chunk.getOffset())
                    .setData(chunk.getData())
                    .setNextOffset(chunk.getNextOffset())
                    .build();
            if (!share.take(message.getSerializedSize(), turn::call)) {
                // From the same place, which a tail names in another way at first.
                next = next.toBuilder().setOffset(chunk.getOffset()).build();
                return false;
            }
            sent = true;
            observer.onNext(message);
        }
        begun = true;
        ReadLog.Builder further = next.toBuilder().setOffset(chunk.getNextOffset());
        if (following) {
            further.setWait(FOLLOW_WAIT);
        }
        next = further.build();
        if (chunk.getEnd() || (!following && chunk.getData().isEmpty())) {
            ended = true;
            observer.onCompleted();
        }
        return true;
    }
}
