package dev.gantry.jobfile;

/**
 * A job file, a policy or a file with restrictions can't be read, or does not describe what it should.
 *
 * <p>The message is a line for each fault: {@code FILE:LINE:COLUMN: what is wrong and the remedy}, without the numbers
 * if the whole file is at fault. Job files and policies name one fault.
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
