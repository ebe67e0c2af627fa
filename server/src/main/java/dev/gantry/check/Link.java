package dev.gantry.check;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network of one participant: for each server that it can reach a port on the loopback, which passes TCP connections on.
 * It can delay, hold back or cut all of them.
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

    private final List<Port> ports;

    // Guarded by this.
    private final Set<Socket> open = new HashSet<>();
    private final Map<Direction, Boolean> held = new EnumMap<>(Direction.class);
    private long delayMillis;
    private boolean isRefusing;
    private boolean isClosed;

    /** How many more bytes come from the server before a connection is cut. */
    private long untilCut = UNLIMITED;

    /** The answer of a server at which all connections are cut; empty: no answer cuts them. */
    private byte[] cutting = {};

    private record Port(ServerSocket listening, Supplier<InetSocketAddress> target) {}

    private Link(List<Port> ports) {
        this.ports = List.copyOf(ports);
    }

    /**
     * Opens a link to one server.
     *
     * @param target the address of the server, asked for each connection: it may change
     * @throws IOException if no port is free
     */
    static Link open(Supplier<InetSocketAddress> target) throws IOException {
        return open(List.of(target));
    }

    /**
     * Opens a link to several servers.
     *
     * @param targets the address of each server, asked for each connection: it may change
     * @throws IOException if no port is free
     */
    static Link open(List<Supplier<InetSocketAddress>> targets) throws IOException {
        List<Port> ports = new ArrayList<>();
        for (Supplier<InetSocketAddress> target : targets) {
            ports.add(new Port(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), target));
        }
        Link link = new Link(ports);
        ports.forEach(port -> start("accept", () -> link.accept(port)));
        return link;
    }

    /** Returns HOST:PORT of the participant's end, for the only server or the first one. */
    String address() {
        return addresses().get(0);
    }

    /** Returns HOST:PORT of the participant's end for each server. */
    List<String> addresses() {
        return ports.stream()
                .map(port -> "127.0.0.1:" + port.listening().getLocalPort())
                .toList();
    }

    /** Returns the participant's end, for the only server or the first one. */
    InetSocketAddress end() {
        return (InetSocketAddress) ports.get(0).listening().getLocalSocketAddress();
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

    /**
     * Cuts all connections, and each new one, as soon as the server answers something. The answer itself is not passed on.
     *
     * @param answer bytes that the server sends at once
     */
    synchronized void cutAt(byte[] answer) {
        cutting = answer.clone();
    }

    /** Passes on everything again, also what was held back. */
    synchronized void heal() {
        delayMillis = 0;
        held.clear();
        isRefusing = false;
        untilCut = UNLIMITED;
        cutting = new byte[0];
        notifyAll();
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        ports.forEach(port -> closeQuietly(port.listening()));
        cutConnections();
        notifyAll();
    }

    private void cutConnections() {
        open.forEach(Link::closeQuietly);
        open.clear();
    }

    private void accept(Port port) {
        while (!port.listening().isClosed()) {
            try {
                connect(port.listening().accept(), port.target());
            } catch (IOException e) {
                LOG.debug("A connection was not made", e);
            }
        }
    }

    private void connect(Socket from, Supplier<InetSocketAddress> target) {
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
                int passed = direction == Direction.FROM_SERVER ? take(chunk, read) : read;
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
    private synchronized int take(byte[] chunk, int bytes) {
        int answer = find(cutting, chunk, bytes);
        if (answer >= 0) {
            cut();
            return answer;
        }
        if (untilCut == UNLIMITED) {
            return bytes;
        }
        int passed = (int) Math.min(bytes, untilCut);
        untilCut = passed < bytes ? UNLIMITED : untilCut - passed;
        return passed;
    }

    /** Returns where some bytes begin in a chunk; -1 if they are not there, or there are none. */
    private static int find(byte[] wanted, byte[] chunk, int length) {
        for (int from = 0; wanted.length > 0 && from + wanted.length <= length; from++) {
            if (Arrays.equals(wanted, 0, wanted.length, chunk, from, from + wanted.length)) {
                return from;
            }
        }
        return -1;
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
