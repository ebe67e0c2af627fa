package dev.gantry.client;

import java.time.Duration;

/** No server could process the call, even after retries. The same call may succeed later. */
public final class UnavailableException extends GantryException {

    private static final long serialVersionUID = 1L;

    private final boolean serverReached;
    private final Duration retryDelay;

    UnavailableException(String message, boolean serverReached, Throwable cause) {
        this(message, serverReached, Duration.ZERO, cause);
    }

    UnavailableException(String message, boolean serverReached, Duration retryDelay, Throwable cause) {
        super(message, cause);
        this.serverReached = serverReached;
        this.retryDelay = retryDelay;
    }

    /**
     * Returns how long the server wants a caller to wait before it repeats the call. Calls that are retried, and watches
     * that are resumed, wait as long at least.
     *
     * @return the delay; zero if the server has said none
     */
    public Duration retryDelay() {
        return retryDelay;
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
