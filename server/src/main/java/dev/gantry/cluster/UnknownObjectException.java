package dev.gantry.cluster;

/** There is nothing of that name. */
public final class UnknownObjectException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Says what is not there.
     *
     * @param kind what it would be, such as {@code job}
     * @param name the name that nothing has
     */
    public UnknownObjectException(String kind, String name) {
        super("No %s \"%s\"".formatted(kind, name));
    }
}
