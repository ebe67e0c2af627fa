package dev.gantry.store;

/** More writes wait than the store will queue; the caller may try again shortly. */
public final class StoreOverloadedException extends StoreException {

    private static final long serialVersionUID = 1L;

    StoreOverloadedException(int queued) {
        super(queued + " writes are waiting already; try again shortly");
    }
}
