package dev.gantry.api;

import com.google.protobuf.Duration;
import dev.gantry.cluster.SerialTask;
import dev.gantry.cluster.node.NodeSessions;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.StreamLogsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Forwards a task's output from its node to a client, chunk by chunk: the next chunk is requested once the client is
 * ready for it. Its state is owned by its turns.
 */
final class LogForwarder {

    /** How long a node may wait for new output before it answers a request that follows a log. */
    private static final Duration FOLLOW_WAIT =
            Duration.newBuilder().setSeconds(5).build();

    private final NodeSessions sessions;
    private final String nodeId;
    private final boolean following;
    private final ServerCallStreamObserver<StreamLogsResponse> observer;
    private final SerialTask turn;
    private ReadLog next;
    private boolean begun;
    private CompletableFuture<LogChunk> asked;
    private boolean ended;

    private LogForwarder(
            NodeSessions sessions,
            String nodeId,
            ReadLog first,
            boolean following,
            ServerCallStreamObserver<StreamLogsResponse> observer,
            Executor executor) {
        this.sessions = sessions;
        this.nodeId = nodeId;
        this.next = first;
        this.following = following;
        this.observer = observer;
        this.turn = new SerialTask(executor, this::takeTurn);
    }

    /**
     * Begins to send. Call it before the service method returns.
     *
     * @param first what to ask the node first
     * @param following whether the client wants what is written from now on too. Then it is told at once where it
     *     begins, even if there is nothing to read yet, so that it can go on from there after the connection broke
     */
    static void begin(
            NodeSessions sessions,
            String nodeId,
            ReadLog first,
            boolean following,
            ServerCallStreamObserver<StreamLogsResponse> observer,
            Executor executor) {
        LogForwarder pump = new LogForwarder(sessions, nodeId, first, following, observer, executor);
        observer.setOnReadyHandler(pump.turn::call);
        observer.setOnCancelHandler(pump.turn::call);
        pump.turn.call();
    }

    private void takeTurn() {
        if (ended || observer.isCancelled()) {
            return;
        }
        try {
            if (asked != null && asked.isDone()) {
                pass(asked.join());
                asked = null;
            }
            if (!ended && asked == null && observer.isReady()) {
                ask();
            }
        } catch (RuntimeException e) {
            ended = true;
            observer.onError(StatusMapping.toStatus(e));
        }
    }

    private void ask() {
        asked = sessions.readLog(nodeId, next);
        // The turn handles the answer and the failure.
        var unused = asked.whenComplete((chunk, failure) -> turn.call());
    }

    private void pass(LogChunk chunk) {
        if (!chunk.getError().isEmpty()) {
            throw StatusMapping.noSuchLog(chunk.getError());
        }
        if (!chunk.getData().isEmpty() || (following && !begun)) {
            observer.onNext(StreamLogsResponse.newBuilder()
                    .setOffset(chunk.getOffset())
                    .setData(chunk.getData())
                    .setNextOffset(chunk.getNextOffset())
                    .build());
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
    }
}
