package dev.gantry.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A future that reports the exceptions of its callbacks.
 *
 * <p>Java stores the exception of a callback in the future that chaining the callback returned, and callers seldom look
 * at the last future of a chain. So this class wraps each callback that is chained to it, or to a future derived from
 * it, and reports the exceptions of the callback, even if the future was complete before. Methods that take a second
 * future are not covered.
 *
 * @param <T> the type of the result
 */
final class LoudFuture<T> extends CompletableFuture<T> {

    private final Consumer<Throwable> onFailure;

    /**
     * Creates a future without callbacks.
     *
     * @param onFailure called with each exception of a callback; must not throw
     */
    LoudFuture(Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new LoudFuture<>(onFailure);
    }

    @Override
    public <U> CompletableFuture<U> thenApply(Function<? super T, ? extends U> callback) {
        return super.thenApply(loudFunction(callback));
    }

    @Override
    public <U> CompletableFuture<U> thenApplyAsync(Function<? super T, ? extends U> callback) {
        return super.thenApplyAsync(loudFunction(callback));
    }

    @Override
    public <U> CompletableFuture<U> thenApplyAsync(Function<? super T, ? extends U> callback, Executor executor) {
        return super.thenApplyAsync(loudFunction(callback), executor);
    }

    @Override
    public CompletableFuture<Void> thenAccept(Consumer<? super T> callback) {
        return super.thenAccept(loudConsumer(callback));
    }

    @Override
    public CompletableFuture<Void> thenAcceptAsync(Consumer<? super T> callback) {
        return super.thenAcceptAsync(loudConsumer(callback));
    }

    @Override
    public CompletableFuture<Void> thenAcceptAsync(Consumer<? super T> callback, Executor executor) {
        return super.thenAcceptAsync(loudConsumer(callback), executor);
    }

    @Override
    public CompletableFuture<Void> thenRun(Runnable callback) {
        return super.thenRun(loudRunnable(callback));
    }

    @Override
    public CompletableFuture<Void> thenRunAsync(Runnable callback) {
        return super.thenRunAsync(loudRunnable(callback));
    }

    @Override
    public CompletableFuture<Void> thenRunAsync(Runnable callback, Executor executor) {
        return super.thenRunAsync(loudRunnable(callback), executor);
    }

    @Override
    public <U> CompletableFuture<U> handle(BiFunction<? super T, Throwable, ? extends U> callback) {
        return super.handle(loudBiFunction(callback));
    }

    @Override
    public <U> CompletableFuture<U> handleAsync(BiFunction<? super T, Throwable, ? extends U> callback) {
        return super.handleAsync(loudBiFunction(callback));
    }

    @Override
    public <U> CompletableFuture<U> handleAsync(
            BiFunction<? super T, Throwable, ? extends U> callback, Executor executor) {
        return super.handleAsync(loudBiFunction(callback), executor);
    }

    @Override
    public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> callback) {
        return super.whenComplete(loudBiConsumer(callback));
    }

    @Override
    public CompletableFuture<T> whenCompleteAsync(BiConsumer<? super T, ? super Throwable> callback) {
        return super.whenCompleteAsync(loudBiConsumer(callback));
    }

    @Override
    public CompletableFuture<T> whenCompleteAsync(
            BiConsumer<? super T, ? super Throwable> callback, Executor executor) {
        return super.whenCompleteAsync(loudBiConsumer(callback), executor);
    }

    @Override
    public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> callback) {
        return super.exceptionally(loudFunction(callback));
    }

    @Override
    public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> callback) {
        return super.exceptionallyAsync(loudFunction(callback));
    }

    @Override
    public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> callback, Executor executor) {
        return super.exceptionallyAsync(loudFunction(callback), executor);
    }

    @Override
    public <U> CompletableFuture<U> thenCompose(Function<? super T, ? extends CompletionStage<U>> callback) {
        return super.thenCompose(loudFunction(callback));
    }

    @Override
    public <U> CompletableFuture<U> thenComposeAsync(Function<? super T, ? extends CompletionStage<U>> callback) {
        return super.thenComposeAsync(loudFunction(callback));
    }

    @Override
    public <U> CompletableFuture<U> thenComposeAsync(
            Function<? super T, ? extends CompletionStage<U>> callback, Executor executor) {
        return super.thenComposeAsync(loudFunction(callback), executor);
    }

    private <A, B> Function<A, B> loudFunction(Function<A, B> callback) {
        return argument -> call(() -> callback.apply(argument));
    }

    private <A, B, C> BiFunction<A, B, C> loudBiFunction(BiFunction<A, B, C> callback) {
        return (one, other) -> call(() -> callback.apply(one, other));
    }

    private <A> Consumer<A> loudConsumer(Consumer<A> callback) {
        return argument -> run(() -> callback.accept(argument));
    }

    private <A, B> BiConsumer<A, B> loudBiConsumer(BiConsumer<A, B> callback) {
        return (one, other) -> run(() -> callback.accept(one, other));
    }

    private Runnable loudRunnable(Runnable callback) {
        return () -> run(callback);
    }

    private void run(Runnable callback) {
        call(() -> {
            callback.run();
            return null;
        });
    }

    private <R> R call(Supplier<R> callback) {
        try {
            return callback.get();
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
            throw e;
        }
    }
}
