package dev.gantry.store;

/** Too many writes wait; the caller may try again shortly. */
public final class StoreOverloadedException extends StoreException {

    private static final long serialVersionUID = 1L;

    StoreOverloadedException(int queued) {
        super(queued + " writes are waiting already; try again shortly");
    }
}
