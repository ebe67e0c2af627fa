package dev.gantry.check;

import java.io.IOException;
import java.util.Optional;

/**
 * A server, and the networks around it.
 *
 * @param server the server
 * @param front the network on the way to it, from everybody
 * @param database the network on its way to its database; empty: it has none
 */
record Site(CheckedServer server, Link front, Optional<Link> database) implements AutoCloseable {

    /**
     * Opens the network on the way to a server.
     *
     * @param server the server, which does not run yet
     * @param database the network on its way to its database; empty: it has none
     * @throws IOException if no port is free
     */
    static Site of(CheckedServer server, Optional<Link> database) throws IOException {
        return new Site(server, Link.open(server::address), database);
    }

    /** Returns HOST:PORT by which everybody reaches the server, and by which the servers know it. */
    String address() {
        return front.address();
    }

    /**
     * Starts the server and waits until it serves.
     *
     * @throws IOException if it does not start
     * @throws InterruptedException if this thread was interrupted
     */
    void start() throws IOException, InterruptedException {
        server.start(address());
    }

    /** Lets all messages pass again. */
    void heal() {
        front.heal();
        database.ifPresent(Link::heal);
    }

    /** Ends the server and its networks. */
    @Override
    public void close() {
        server.close();
        front.close();
        database.ifPresent(Link::close);
    }
}
