package dev.gantry.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Answers calls, and says what failed: one place for all of them. A StackOverflowError is the fault of what was asked, and
 * answered; any other Error is the end of the process, and is left to the thread's handler.
 */
final class Responses {

    private Responses() {}

    /** Answers at once, in the caller's thread, with what is read. */
    static <T> void answer(StreamObserver<T> observer, Supplier<T> read) {
        T answer;
        try {
            answer = read.get();
        } catch (RuntimeException | StackOverflowError e) {
            observer.onError(StatusMapping.toStatus(e));
            return;
        }
        observer.onNext(answer);
        observer.onCompleted();
    }

    /** Begins to answer with a stream. */
    static <T> void stream(StreamObserver<T> observer, Consumer<ServerCallStreamObserver<T>> begin) {
        try {
            begin.accept((ServerCallStreamObserver<T>) observer);
        } catch (RuntimeException | StackOverflowError e) {
            observer.onError(StatusMapping.toStatus(e));
        }
    }

    /** Answers when something has been done. */
    static <D, T> void answerLater(
            StreamObserver<T> observer, Supplier<CompletableFuture<D>> call, Function<D, T> toAnswer) {
        CompletableFuture<T> future;
        try {
            future = call.get().thenApply(toAnswer);
        } catch (RuntimeException | StackOverflowError e) {
            observer.onError(StatusMapping.toStatus(e));
            return;
        }
        future.thenAccept(answer -> {
                    observer.onNext(answer);
                    observer.onCompleted();
                })
                .exceptionally(failure -> {
                    observer.onError(StatusMapping.toStatus(failure));
                    return null;
                });
    }
}
