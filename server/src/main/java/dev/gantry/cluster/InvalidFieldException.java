package dev.gantry.cluster;

/** A field of a request does not fit what is stored. */
public final class InvalidFieldException extends ClusterException {

    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * Says what is wrong.
     *
     * @param field path of the field
     * @param description what is wrong with it, and the remedy
     */
    public InvalidFieldException(String field, String description) {
        super(description);
        this.field = field;
    }

    /**
     * Path of the field.
     *
     * @return such as {@code meta.colour}
     */
    public String field() {
        return field;
    }
}
