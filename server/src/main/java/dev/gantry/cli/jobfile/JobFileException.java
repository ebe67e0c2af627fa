package dev.gantry.cli.jobfile;

/**
 * A job file or a policy can't be read, or does not describe a job or a policy.
 *
 * <p>The message is one line: {@code FILE:LINE:COLUMN: what is wrong and the remedy}, without the numbers if the whole
 * file is at fault.
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
