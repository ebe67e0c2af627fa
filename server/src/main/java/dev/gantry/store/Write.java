package dev.gantry.store;

/**
 * One unit of writing: all of it is committed, or nothing.
 *
 * @param <T> what the writer wants to know afterwards
 */
@FunctionalInterface
public interface Write<T> {

    /**
     * Reads and writes. Runs on the store's writer thread, so it must not wait for anything but the database.
     *
     * @param transaction where to read and write
     * @return what the writer wants to know once all is on disk
     */
    T apply(WriteTransaction transaction);
}
