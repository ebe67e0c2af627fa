package dev.gantry.cluster;

import dev.gantry.store.StoreOverloadedException;
import dev.gantry.store.StoreUnavailableException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;

/** Logs that something was not stored, as loudly as the cause deserves. */
public final class FailureLog {

    private FailureLog() {}

    /**
     * Logs a failure: with its stack trace if nobody foresaw it, in one line if the store has too much to do. A broken store
     * has said so itself, once, and whoever fails because of it says it to those who debug only.
     *
     * @param log where
     * @param consequence what has not been done, and what follows
     * @param failure why
     */
    public static void tell(Logger log, String consequence, Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof StoreUnavailableException) {
            log.debug("{}: {}", consequence, cause.getMessage());
        } else if (cause instanceof StoreOverloadedException) {
            log.warn("{}: {}", consequence, cause.getMessage());
        } else {
            log.error(consequence, cause);
        }
    }

    /** Unwraps the {@link CompletionException} that a future puts around its failure. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
