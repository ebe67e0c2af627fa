package dev.gantry.api;

import com.google.protobuf.Message;
import dev.gantry.cluster.SerialTask;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.cluster.watch.WatchHub.Topic;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Sends changes to one client, no faster than it reads. For a slow client nothing is queued; only a flag says that
 * there are changes.
 *
 * @param <T> the type of the messages
 */
final class WatchStream<T extends Message> {

    /** How far a client is up to date. */
    enum Progress {
        /** There is another message to send at once. */
        MORE,
        /** Nothing is left to send until something changes. */
        UP_TO_DATE,
        /** Everything was sent and nothing will change any more. */
        END
    }

    /**
     * The next message for a client. It is discarded, and made again later, if there is no memory for it yet.
     *
     * @param <T> the type of the message
     * @param message the message; empty if nothing has changed
     * @param progress how far the client is up to date after the message
     * @param remember records that the message was sent
     */
    record News<T>(Optional<T> message, Progress progress, Runnable remember) {}

    private final ServerCallStreamObserver<T> observer;
    private final WatchHub watches;
    private final Topic topic;
    private final Supplier<News<T>> next;
    private final WatchMemoryLimit.Share share;
    private final SerialTask turn;
    private final Runnable wake;
    private volatile boolean ended;

    /** True while the share belongs to a message that was sent. Owned by the turns. */
    private boolean sent;

    private WatchStream(
            ServerCallStreamObserver<T> observer,
            WatchHub watches,
            Topic topic,
            WatchMemoryLimit memoryLimit,
            Executor executor,
            Supplier<News<T>> next) {
        this.observer = observer;
        this.watches = watches;
        this.topic = topic;
        this.next = next;
        this.share = memoryLimit.share(SlowReaders.endOfThisCall());
        this.turn = new SerialTask(executor, this::takeTurn);
        this.wake = turn::call;
    }

    /**
     * Begins to send. Call it before the service method returns.
     *
     * @param memoryLimit bounds the memory of large messages
     * @param next returns the changes since the last message
     */
    static <T extends Message> void begin(
            ServerCallStreamObserver<T> observer,
            WatchHub watches,
            Topic topic,
            WatchMemoryLimit memoryLimit,
            Executor executor,
            Supplier<News<T>> next) {
        WatchStream<T> stream = new WatchStream<>(observer, watches, topic, memoryLimit, executor, next);
        Runnable afterwards = () -> {
            stream.end();
            stream.share.close();
        };
        observer.setOnCancelHandler(afterwards);
        // A call that may not go on is closed from outside.
        observer.setOnCloseHandler(afterwards);
        observer.setOnReadyHandler(stream.wake);
        watches.watch(topic, stream.wake);
        stream.turn.call();
    }

    private void takeTurn() {
        try {
            Progress progress = Progress.MORE;
            while (progress == Progress.MORE && !ended && observer.isReady()) {
                if (sent) {
                    share.giveBack();
                    sent = false;
                }
                News<T> news = next.get();
                if (!tell(news)) {
                    return;
                }
                progress = news.progress();
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

    /** Sends a message. Returns false if there is no memory for it yet; another turn comes once there is. */
    private boolean tell(News<T> news) {
        if (news.message().isPresent()) {
            T message = news.message().get();
            if (!share.take(message.getSerializedSize(), wake)) {
                return false;
            }
            sent = true;
            observer.onNext(message);
        }
        news.remember().run();
        return true;
    }

    private void end() {
        ended = true;
        watches.unwatch(topic, wake);
    }
}
