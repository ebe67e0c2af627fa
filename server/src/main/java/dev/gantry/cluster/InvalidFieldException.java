package dev.gantry.cluster;

/** A field of a request does not fit the stored object. */
public final class InvalidFieldException extends ClusterException {

    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * Creates the exception.
     *
     * @param field the path of the field
     * @param description what is wrong with the field, and the remedy
     */
    public InvalidFieldException(String field, String description) {
        super(description);
        this.field = field;
    }

    /**
     * Returns the path of the field.
     *
     * @return a path such as {@code meta.colour}
     */
    public String field() {
        return field;
    }
}
