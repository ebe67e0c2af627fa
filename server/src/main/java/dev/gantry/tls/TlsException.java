package dev.gantry.tls;

/** A certificate or a key can't be read, used or made. */
public final class TlsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message the file, what is wrong with it, and the remedy; one line
     */
    public TlsException(String message) {
        super(message);
    }

    /**
     * Makes the exception.
     *
     * @param message the file, what is wrong with it, and the remedy; one line
     * @param cause the cause
     */
    public TlsException(String message, Throwable cause) {
        super(message, cause);
    }
}
