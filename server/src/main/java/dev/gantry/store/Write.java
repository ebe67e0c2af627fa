package dev.gantry.store;

/**
 * A unit of writing that is committed as a whole or not at all.
 *
 * @param <T> the type of the result
 */
@FunctionalInterface
public interface Write<T> {

    /**
     * Reads and writes. Runs on the store's writer thread, so it must block on nothing but the database.
     *
     * @param transaction reads and writes
     * @return the result for the caller, who gets it once everything is on disk
     */
    T apply(WriteTransaction transaction);
}
