package dev.gantry.audit;

import java.time.Duration;

/** Says why the audit log can't be used, or why a line is not in it. */
public final class AuditException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message what has happened, and what to do about it
     * @param cause the failure of the file; null if there is none
     */
    AuditException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Returns the failure of a call whose line was not written in time.
     *
     * @param patience how long the call has waited
     * @return the exception
     */
    public static AuditException tooSlow(Duration patience) {
        return new AuditException(
                "The call was not recorded in the server's audit log within %d s".formatted(patience.toSeconds()),
                null);
    }
}
