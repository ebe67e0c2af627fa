package dev.gantry.client;

/**
 * The job was changed meanwhile: its index is not the {@code check_index} of the call. Read the job again, then decide
 * again.
 */
public final class ConflictException extends GantryException {

    private static final long serialVersionUID = 1L;

    private final long expectedIndex;
    private final long actualIndex;

    ConflictException(String message, long expectedIndex, long actualIndex, Throwable cause) {
        super(message, cause);
        this.expectedIndex = expectedIndex;
        this.actualIndex = actualIndex;
    }

    /**
     * Returns the index that the call expected.
     *
     * @return its {@code check_index}; 0 if no such job was expected
     */
    public long expectedIndex() {
        return expectedIndex;
    }

    /**
     * Returns the index that the job has.
     *
     * @return its {@code modify_index}; 0 if there is no such job
     */
    public long actualIndex() {
        return actualIndex;
    }
}
