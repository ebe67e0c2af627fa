package dev.gantry.client;

/**
 * The job was changed meanwhile: its index is not the one that the call names as {@code check_index}. Look at the job as it
 * is now, and decide anew.
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
     * The index that the call named.
     *
     * @return its {@code check_index}; 0: there should have been no such job
     */
    public long expectedIndex() {
        return expectedIndex;
    }

    /**
     * The index that the job has.
     *
     * @return its {@code modify_index}; 0: there is no such job
     */
    public long actualIndex() {
        return actualIndex;
    }
}
