package dev.gantry.check;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network between one participant and a server: a port on the loopback that passes TCP connections on, until it is told to
 * delay, hold back or cut them.
 *
 * <p>Each connection has two threads. What the link is to do is guarded by its monitor.
 */
final class Link implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Link.class);

    private static final int CHUNK = 1 << 14;
    private static final int BACKLOG = 64;
    private static final long UNLIMITED = Long.MAX_VALUE;
    private static final int CONNECT_MILLIS = 2000;

    /** The directions of what is passed on. */
    enum Direction {
        TO_SERVER,
        FROM_SERVER
    }

    private final ServerSocket listening;
    private final Supplier<InetSocketAddress> target;

    // Guarded by this.
    private final Set<Socket> open = new HashSet<>();
    private final Map<Direction, Boolean> held = new EnumMap<>(Direction.class);
    private long delayMillis;
    private boolean isRefusing;
    private boolean isClosed;

    /** How many more bytes come from the server before a connection is cut. */
    private long untilCut = UNLIMITED;

    private Link(ServerSocket listening, Supplier<InetSocketAddress> target) {
        this.listening = listening;
        this.target = target;
    }

    /**
     * Opens a link.
     *
     * @param target the address of the server, asked for each connection: it may change
     * @throws IOException if no port is free
     */
    static Link open(Supplier<InetSocketAddress> target) throws IOException {
        Link link = new Link(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), target);
        start("accept", link::accept);
        return link;
    }

    /** Returns HOST:PORT of the participant's end. */
    String address() {
        return "127.0.0.1:" + port();
    }

    /** Returns the port of the participant's end. */
    int port() {
        return listening.getLocalPort();
    }

    /** Delays each piece that arrives from now on. */
    synchronized void delay(long millis) {
        delayMillis = millis;
    }

    /** Holds back what comes in a direction: the sender notices nothing until its buffers are full. */
    synchronized void hold(Direction direction) {
        held.put(direction, true);
    }

    /** Cuts all connections, and each new one. */
    synchronized void cut() {
        isRefusing = true;
        cutConnections();
    }

    /** Cuts the connection that gets the server's byte of this number, counted from now on. */
    synchronized void cutAfter(long bytes) {
        untilCut = bytes;
    }

    /** Passes on everything again, also what was held back. */
    synchronized void heal() {
        delayMillis = 0;
        held.clear();
        isRefusing = false;
        untilCut = UNLIMITED;
        notifyAll();
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        closeQuietly(listening);
        cutConnections();
        notifyAll();
    }

    private void cutConnections() {
        open.forEach(Link::closeQuietly);
        open.clear();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                connect(listening.accept());
            } catch (IOException e) {
                LOG.debug("A connection was not made", e);
            }
        }
    }

    private void connect(Socket from) {
        Socket to = new Socket();
        if (!enter(from, to)) {
            return;
        }
        try {
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            to.connect(target.get(), CONNECT_MILLIS);
            start("to-server", () -> pass(from, to, Direction.TO_SERVER));
            start("from-server", () -> pass(to, from, Direction.FROM_SERVER));
        } catch (IOException e) {
            LOG.debug("The server is not there", e);
            leave(from, to);
        }
    }

    private synchronized boolean enter(Socket from, Socket to) {
        if (isRefusing || isClosed) {
            closeQuietly(from);
            return false;
        }
        open.add(from);
        open.add(to);
        return true;
    }

    private synchronized void leave(Socket from, Socket to) {
        closeQuietly(from);
        closeQuietly(to);
        open.remove(from);
        open.remove(to);
    }

    private void pass(Socket from, Socket to, Direction direction) {
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                await(direction);
                int passed = direction == Direction.FROM_SERVER ? take(read) : read;
                out.write(Arrays.copyOf(chunk, passed));
                out.flush();
                if (passed < read) {
                    return;
                }
            }
        } catch (IOException e) {
            LOG.debug("The other direction was cut", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            leave(from, to);
        }
    }

    private synchronized void await(Direction direction) throws InterruptedException {
        if (delayMillis > 0) {
            long end = System.nanoTime() + delayMillis * 1_000_000;
            for (long left = delayMillis; left > 0 && !isClosed; left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        }
        while (held.getOrDefault(direction, false) && !isClosed) {
            wait();
        }
    }

    /** Returns how many of some bytes are passed on. */
    private synchronized int take(int bytes) {
        if (untilCut == UNLIMITED) {
            return bytes;
        }
        int passed = (int) Math.min(bytes, untilCut);
        untilCut = passed < bytes ? UNLIMITED : untilCut - passed;
        return passed;
    }

    private static void closeQuietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("A socket could not be closed", e);
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, "link-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
