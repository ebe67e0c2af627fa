package dev.gantry.cluster;

/** The state of an object does not allow the request. */
public final class RefusedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what prevents the request, and the remedy
     */
    public RefusedException(String message) {
        super(message);
    }
}
