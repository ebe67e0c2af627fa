package dev.gantry.store;

/** Thrown if the database can't be opened to write because another server writes to it. */
public final class LeaseHeldException extends StoreException {

    private static final long serialVersionUID = 1;

    /** Names the server that writes. */
    LeaseHeldException(String holder) {
        super("Another gantry server, %s, writes to the database; stop it first, or use another database"
                .formatted(holder));
    }
}
