package dev.gantry.cluster;

/** Too many requests of a kind wait already. */
public final class OverloadedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param what the kind of requests, in the plural
     * @param waiting how many wait
     */
    public OverloadedException(String what, int waiting) {
        super("%d %s wait already: try again later".formatted(waiting, what));
    }
}
