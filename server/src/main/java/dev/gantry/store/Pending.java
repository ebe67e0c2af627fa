package dev.gantry.store;

import java.util.concurrent.CompletableFuture;
import org.jooq.exception.DataAccessException;

/**
 * A write on its way: run by the store's writer thread, then answered by the thread that has forced it to disk.
 *
 * @param <T> what the write returns
 */
final class Pending<T> {

    private final Write<T> write;
    private final CompletableFuture<T> future;
    private T result;
    private WriteTransaction transaction;
    private ChangeSet changes;
    private RuntimeException failure;
    private boolean isRefused;

    Pending(Write<T> write, CompletableFuture<T> future) {
        this.write = write;
        this.future = future;
    }

    CompletableFuture<T> future() {
        return future;
    }

    /**
     * Runs the write and returns the cluster index after it.
     *
     * <p>An Error, be it the cause of something else, is not the write's alone: it is thrown, and nothing of the group is
     * committed.
     */
    long run(WriteGroup group, long index) {
        transaction = group.begin(index + 1);
        try {
            result = write.apply(transaction);
            transaction.end();
        } catch (RuntimeException e) {
            if (StoreHealth.isError(e)) {
                throw e;
            }
            transaction.abort();
            isRefused = e instanceof DataAccessException || e instanceof StoreUnavailableException;
            failure = isRefused ? new StoreException("The database refused a write", e) : e;
        }
        if (failure != null || transaction.isReadOnly()) {
            return index;
        }
        changes = transaction.changes();
        return index + 1;
    }

    /** Its group was committed. */
    void committed() {
        if (failure == null) {
            transaction.committed();
        }
    }

    /** What it changed; null if it has failed, or changed nothing. */
    ChangeSet changes() {
        return changes;
    }

    void answer() {
        if (failure == null) {
            future.complete(result);
        } else {
            future.completeExceptionally(failure);
        }
    }

    /** Returns true if the database refused the write, rather than the write itself having failed. */
    boolean isRefused() {
        return isRefused;
    }

    /** Its group has failed; if it had failed alone already, and not in the database, that is what it is answered. */
    void fail(RuntimeException e) {
        future.completeExceptionally(failure == null || isRefused ? e : failure);
    }
}
