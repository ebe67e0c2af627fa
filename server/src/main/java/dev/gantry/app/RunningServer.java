package dev.gantry.app;

import java.net.InetSocketAddress;

/** A server that runs in this process. */
sealed interface RunningServer extends AutoCloseable permits GantryServer, SharedServer {

    /** Returns the address that the server listens on, with the actual port. */
    InetSocketAddress address();

    /** Completes open calls and pending writes, then ends. Closing the server again does nothing. */
    @Override
    void close();
}
