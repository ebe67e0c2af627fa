package dev.gantry.cluster;

/** No object has the given name. */
public final class UnknownObjectException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param kind the kind of object, such as {@code job}
     * @param name the name
     */
    public UnknownObjectException(String kind, String name) {
        super("No %s \"%s\"".formatted(kind, name));
    }
}
