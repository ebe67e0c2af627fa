package dev.gantry.cluster;

/** What was asked for can't be done as things stand. */
public final class RefusedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message what stands in the way, and the remedy
     */
    public RefusedException(String message) {
        super(message);
    }
}
