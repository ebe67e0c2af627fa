package dev.gantry.cluster;

import dev.gantry.store.StoreOverloadedException;
import dev.gantry.store.StoreUnavailableException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;

/** Logs failed writes at a level that fits their cause. */
public final class FailureLog {

    private FailureLog() {}

    /**
     * Logs a failure. An unexpected failure is logged as an error with its stack trace, an overloaded store as a
     * warning in one line. A broken store is logged at debug level, since the store itself has logged it once.
     *
     * @param log the logger
     * @param consequence what was not done, and what happens next
     * @param failure the cause
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
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
