package dev.gantry.cluster;

/** Nobody knows who makes a call. */
public final class UnauthenticatedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what is missing or unknown, and the remedy; never a secret
     */
    public UnauthenticatedException(String message) {
        super(message);
    }
}
