package dev.gantry.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Sends the responses of calls and maps failures to statuses. A StackOverflowError is due to the request and is
 * answered like other failures; any other Error is left to the thread's handler, which ends the process.
 */
final class Responses {

    private Responses() {}

    /** Reads the response in the caller's thread and sends it. */
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

    /** Begins a streaming response. */
    static <T> void stream(StreamObserver<T> observer, Consumer<ServerCallStreamObserver<T>> begin) {
        try {
            begin.accept((ServerCallStreamObserver<T>) observer);
        } catch (RuntimeException | StackOverflowError e) {
            observer.onError(StatusMapping.toStatus(e));
        }
    }

    /** Sends the response once the work is done. */
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
