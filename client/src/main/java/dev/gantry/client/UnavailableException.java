package dev.gantry.client;

/** No server could process the call, even after retries. The same call may succeed later. */
public final class UnavailableException extends GantryException {

    private static final long serialVersionUID = 1L;

    private final boolean serverReached;

    UnavailableException(String message, boolean serverReached, Throwable cause) {
        super(message, cause);
        this.serverReached = serverReached;
    }

    /**
     * Returns true if a server was reached.
     *
     * @return true if a server responded that it is unavailable, for instance because a node is not connected; false if
     *     no server could be reached or the connection broke
     */
    public boolean isServerReached() {
        return serverReached;
    }
}
