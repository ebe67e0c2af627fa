package dev.gantry.jobfile.hcl;

/** A text has a fault at a position. */
public class TextFaultException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Position position;

    /**
     * Makes the exception.
     *
     * @param position where the fault begins
     * @param message what is wrong, and the remedy; one line
     */
    public TextFaultException(Position position, String message) {
        super(message);
        this.position = position;
    }

    /**
     * Returns the position of the fault.
     *
     * @return where the fault begins
     */
    public Position position() {
        return position;
    }
}
