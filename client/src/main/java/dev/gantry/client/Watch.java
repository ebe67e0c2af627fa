package dev.gantry.client;

import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/**
 * What changes, as it changes. If the connection breaks, the watch connects again and goes on where it was: nothing is
 * left out and nothing told twice.
 *
 * <p>Read by one thread at a time; {@link #close()} may be called by any thread, and ends what the reader waits for.
 *
 * @param <T> what is told
 */
public interface Watch<T> extends Iterator<T>, AutoCloseable {

    /**
     * Waits for the next change, for ever.
     *
     * @return false once there is nothing more to come, or the watch or its client was closed
     * @throws NotFoundException if what is watched is not known
     * @throws UnavailableException if the server could not be reached for too long
     * @throws GantryException if the server failed, or this thread was interrupted (its interrupt flag is set)
     */
    @Override
    boolean hasNext();

    /**
     * Waits for the next change, but not for ever.
     *
     * @param timeout for how long to wait; zero takes only what has come already
     * @return the change; empty if none came in time or none will come: then {@link #isEnded()} tells which
     * @throws GantryException as {@link #hasNext()}
     */
    Optional<T> poll(Duration timeout);

    /**
     * Whether the watch has ended.
     *
     * @return true once it is known that nothing more will come
     */
    boolean isEnded();

    /** Ends the watch. */
    @Override
    void close();
}
