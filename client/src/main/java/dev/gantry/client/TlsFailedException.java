package dev.gantry.client;

/**
 * The client and the server can't agree on a connection with TLS. Either does not trust the other's certificate, or one of
 * them does not use TLS. No call is repeated.
 */
public final class TlsFailedException extends GantryException {

    private static final long serialVersionUID = 1L;

    TlsFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
