package dev.gantry.jobfile.hcl;

/** A value from outside is for a variable that a file does not declare. */
public final class UndeclaredVariableException extends TextFaultException {

    private static final long serialVersionUID = 1L;

    private final String variable;

    /**
     * Makes the exception.
     *
     * @param variable the variable
     * @param message what is wrong, and the remedy; one line
     */
    public UndeclaredVariableException(String variable, String message) {
        super(Position.START, message);
        this.variable = variable;
    }

    /**
     * Returns the variable.
     *
     * @return its name
     */
    public String variable() {
        return variable;
    }
}
