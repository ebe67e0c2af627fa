package dev.gantry.client;

/** Nobody could take the call, even after it was tried again: it may succeed later, unchanged. */
public final class UnavailableException extends GantryException {

    private static final long serialVersionUID = 1L;

    private final boolean serverReached;

    UnavailableException(String message, boolean serverReached, Throwable cause) {
        super(message, cause);
        this.serverReached = serverReached;
    }

    /**
     * Who says so.
     *
     * @return true if a server answered that it can't now, for instance because a node is not connected; false if no
     *     server could be reached or the connection broke
     */
    public boolean isServerReached() {
        return serverReached;
    }
}
