package dev.gantry.cli.jobfile.hcl;

/** Something is wrong at one place of a text that a person wrote. */
public final class TextFaultException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Position position;

    /**
     * A fault.
     *
     * @param position where it begins
     * @param message what is wrong, and the remedy; one line
     */
    public TextFaultException(Position position, String message) {
        super(message);
        this.position = position;
    }

    /**
     * Where the fault is.
     *
     * @return where it begins
     */
    public Position position() {
        return position;
    }
}
