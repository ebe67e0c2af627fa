package dev.gantry.check;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A server that faults act on. Owned by the thread of its faults, but for {@link #address}. */
interface CheckedServer extends AutoCloseable {

    /**
     * Starts the server, on what it has left when it ended, and waits until it serves.
     *
     * @param advertised HOST:PORT by which clients, nodes and other servers reach it
     * @throws IOException if it does not start
     * @throws InterruptedException if this thread was interrupted
     */
    void start(String advertised) throws IOException, InterruptedException;

    /** Kills it, as {@code kill -9} does. */
    void kill() throws IOException, InterruptedException;

    /** Stops it where it is. */
    void pause() throws IOException, InterruptedException;

    /** Lets it go on. */
    void resume() throws IOException, InterruptedException;

    /** Tells whether it has not ended. */
    boolean isAlive();

    /** Returns the address at which it listens, or has listened last. Any thread may ask. */
    InetSocketAddress address();

    @Override
    void close();
}
