package dev.gantry.cli;

import java.util.List;

/** A command failed. Its reports are printed without a stack trace. */
public final class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> reports;

    /**
     * Makes the exception.
     *
     * @param message what failed, its value, and the remedy; one line
     */
    public CommandFailedException(String message) {
        this(message, null);
    }

    /**
     * Makes the exception.
     *
     * @param message what failed, its value, and the remedy; one line
     * @param cause the cause
     */
    public CommandFailedException(String message, Throwable cause) {
        super(message, cause);
        this.reports = List.of(message);
    }

    /** Makes the exception of a command that failed for several reasons, at least one. */
    CommandFailedException(List<String> reports, Throwable cause) {
        super(String.join("\n", reports), cause);
        this.reports = List.copyOf(reports);
    }

    /** Returns what failed: one report for each reason. */
    List<String> reports() {
        return reports;
    }
}
