package dev.gantry.snapshot;

/** A snapshot file is damaged, cut off, or none that this program can read. */
public final class SnapshotException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Makes it.
     *
     * @param message what is wrong with the file, as the end of a sentence about it
     */
    public SnapshotException(String message) {
        super(message);
    }

    /**
     * Makes it after another failure.
     *
     * @param message what is wrong with the file, as the end of a sentence about it
     * @param cause how that was found
     */
    public SnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
