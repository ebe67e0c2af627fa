package dev.gantry.cluster;

/** Too much waits already. */
public final class OverloadedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Says what there is too much of.
     *
     * @param what what waits, in the plural
     * @param waiting how many
     */
    public OverloadedException(String what, int waiting) {
        super("%d %s wait already: try again later".formatted(waiting, what));
    }
}
