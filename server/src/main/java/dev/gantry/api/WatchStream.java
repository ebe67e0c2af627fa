package dev.gantry.api;

import dev.gantry.cluster.SerialTask;
import dev.gantry.cluster.WatchHub;
import dev.gantry.cluster.WatchHub.Topic;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Tells one client of changes, as fast as it reads and no faster: nothing is kept for a slow one but the fact that it has
 * something to read.
 */
final class WatchStream {

    /** How far a client has been told. */
    enum Progress {
        /** There is more to tell at once. */
        MORE,
        /** All was told until something changes. */
        UP_TO_DATE,
        /** All was told and nothing will change any more. */
        END
    }

    private final ServerCallStreamObserver<?> observer;
    private final WatchHub watches;
    private final Topic topic;
    private final Supplier<Progress> tell;
    private final SerialTask turn;
    private final Runnable wake;
    private volatile boolean ended;

    private WatchStream(
            ServerCallStreamObserver<?> observer,
            WatchHub watches,
            Topic topic,
            Executor executor,
            Supplier<Progress> tell) {
        this.observer = observer;
        this.watches = watches;
        this.topic = topic;
        this.tell = tell;
        this.turn = new SerialTask(executor, this::takeTurn);
        this.wake = turn::call;
    }

    /**
     * Begins. Must be called before the service method returns.
     *
     * @param tell sends one message about what has changed since it was last called, or none if nothing has
     */
    static void begin(
            ServerCallStreamObserver<?> observer,
            WatchHub watches,
            Topic topic,
            Executor executor,
            Supplier<Progress> tell) {
        WatchStream stream = new WatchStream(observer, watches, topic, executor, tell);
        observer.setOnCancelHandler(stream::end);
        observer.setOnReadyHandler(stream.wake);
        watches.watch(topic, stream.wake);
        stream.turn.call();
    }

    private void takeTurn() {
        try {
            Progress progress = Progress.MORE;
            while (progress == Progress.MORE && !ended && observer.isReady()) {
                progress = tell.get();
            }
            if (progress == Progress.END) {
                end();
                observer.onCompleted();
            }
        } catch (RuntimeException | StackOverflowError e) {
            end();
            observer.onError(StatusMapping.toStatus(e));
        }
    }

    private void end() {
        ended = true;
        watches.unwatch(topic, wake);
    }
}
