package dev.gantry.client;

import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/**
 * Returns changes as they happen. If the connection breaks, the watch reconnects and resumes: no change is lost or
 * returned twice.
 *
 * <p>Read by one thread at a time. Any thread may call {@link #close()}, which ends the reader's wait.
 *
 * @param <T> the type of the changes
 */
public interface Watch<T> extends Iterator<T>, AutoCloseable {

    /**
     * Waits for the next change, without a timeout.
     *
     * @return false if the watch has ended, or if the watch or its client was closed
     * @throws NotFoundException if the watched object does not exist
     * @throws UnavailableException if the server could not be reached for too long
     * @throws GantryException if the server failed, or this thread was interrupted (its interrupt flag is set)
     */
    @Override
    boolean hasNext();

    /**
     * Waits for the next change, with a timeout.
     *
     * @param timeout how long to wait; zero returns only a change that has already arrived
     * @return the change; empty after the timeout or at the end of the watch, which {@link #isEnded()} distinguishes
     * @throws GantryException as {@link #hasNext()}
     */
    Optional<T> poll(Duration timeout);

    /**
     * Returns true if the watch has ended.
     *
     * @return true once no more changes will come
     */
    boolean isEnded();

    /** Ends the watch. */
    @Override
    void close();
}
