package dev.gantry.node.state;

import java.util.concurrent.CompletionException;
import org.slf4j.Logger;

/** Logs failed writes of the node's state, with a stack trace only if the cause is unexpected. */
public final class StateFailureLog {

    private StateFailureLog() {}

    /**
     * Logs a failed write as an error. A failure of the disk takes one line, since a full disk fails each write; an
     * unexpected failure is logged with its stack trace.
     *
     * @param log the logger
     * @param consequence what was not done, and what happens next
     * @param failure the failure of a future of {@link StateWriter}
     */
    public static void tell(Logger log, String consequence, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof NodeStateException) {
            log.error("{}: {}", consequence, cause.getMessage());
        } else {
            log.error(consequence, cause);
        }
    }
}
