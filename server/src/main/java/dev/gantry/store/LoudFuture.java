package dev.gantry.store;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A future that does not keep an Error to itself.
 *
 * <p>Java puts what a callback throws into the future that the callback was chained with, and who chains the last one of them
 * seldom looks. So each future that comes of this one, of whatever method and on whatever thread, tells of an Error that it
 * has failed with. Exceptions are left to those who chain.
 *
 * @param <T> the result
 */
final class LoudFuture<T> extends CompletableFuture<T> {

    private final Consumer<Throwable> onFailure;
    private boolean isBeingWatched;

    /**
     * Makes a future that nobody has chained anything to.
     *
     * @param onFailure is told what those that come of this one have failed with; must not throw
     */
    LoudFuture(Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
    }

    /** Called by each method that chains. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        if (isBeingWatched) {
            return new CompletableFuture<>();
        }
        LoudFuture<U> next = new LoudFuture<>(onFailure);
        next.watch();
        return next;
    }

    /** Before anybody else has this future. */
    private void watch() {
        isBeingWatched = true;
        var unused = whenComplete((result, failure) -> {
            if (failure != null) {
                onFailure.accept(failure);
            }
        });
        isBeingWatched = false;
    }
}
