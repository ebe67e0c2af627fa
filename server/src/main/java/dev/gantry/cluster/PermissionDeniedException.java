package dev.gantry.cluster;

/** The caller may not do what it asks for. */
public final class PermissionDeniedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what is not allowed, and the remedy; never a secret
     */
    public PermissionDeniedException(String message) {
        super(message);
    }
}
