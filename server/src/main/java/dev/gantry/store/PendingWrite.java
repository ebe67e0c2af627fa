package dev.gantry.store;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jooq.exception.DataAccessException;

/**
 * A queued write: the store's writer thread runs it, and the thread that forces it to disk answers it.
 *
 * @param <T> the type of the write's result
 */
final class PendingWrite<T> {

    private final Function<WriteTransaction, T> write;
    private final CompletableFuture<T> future;
    private T result;
    private WriteTransaction transaction;
    private ChangeSet changes;
    private RuntimeException failure;
    private boolean isRefused;

    PendingWrite(Function<WriteTransaction, T> write, CompletableFuture<T> future) {
        this.write = write;
        this.future = future;
    }

    /** Returns the future of the write's result. */
    CompletableFuture<T> future() {
        return future;
    }

    /**
     * Runs the write and returns the cluster index after it.
     *
     * <p>If the write throws an Error, an exception caused by one, or a failure of the database that ends the whole
     * transaction, it is thrown on, and nothing of the group is committed. The write may then be run again, in another
     * group.
     */
    long run(WriteGroup group, long index) {
        transaction = group.begin(index + 1);
        result = null;
        changes = null;
        failure = null;
        isRefused = false;
        try {
            result = write.apply(transaction);
            transaction.end();
        } catch (RuntimeException e) {
            if (group.isOfAll(e)) {
                throw e;
            }
            transaction.abort();
            isRefused = e instanceof DataAccessException || e instanceof StoreUnavailableException;
            failure = isRefused ? new StoreException("The database refused a write", e) : e;
        }
        if (failure != null) {
            return index;
        }
        ChangeSet all = transaction.changes();
        if (all.isEmpty() && !transaction.usesIndex()) {
            return index;
        }
        changes = all;
        return index + 1;
    }

    /** Records that the write's group was committed. */
    void committed() {
        if (failure == null) {
            transaction.committed();
        }
    }

    /** Returns the changes of the write; null if it has failed or changed nothing. */
    ChangeSet changes() {
        return changes;
    }

    /** Completes the future with the result, or with the write's own failure. */
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

    /**
     * Fails the future because the group has failed; with the write's own failure if it had one that did not come from
     * the database.
     */
    void fail(RuntimeException e) {
        future.completeExceptionally(failure == null || isRefused ? e : failure);
    }
}
