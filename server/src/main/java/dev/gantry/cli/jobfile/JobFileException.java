package dev.gantry.cli.jobfile;

/**
 * A job file can't be read, or does not say a job.
 *
 * <p>Its message is one line for a person: {@code FILE:LINE:COLUMN: what is wrong and the remedy}; without the numbers if
 * the file as a whole is at fault.
 */
public final class JobFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JobFileException(String message, Throwable cause) {
        super(message, cause);
    }

    JobFileException(String message) {
        super(message);
    }
}
