package dev.gantry.driver.rkt;

/** A call of rkt failed. (The runtime in {@code rkt/} has a class of this name for its own errors.) */
final class RktException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean worthRetrying;

    /**
     * Says what happened.
     *
     * @param message one line for people
     * @param worthRetrying true if the same call may succeed later
     */
    RktException(String message, boolean worthRetrying) {
        super(message);
        this.worthRetrying = worthRetrying;
    }

    boolean isWorthRetrying() {
        return worthRetrying;
    }
}
