package dev.gantry.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network between a server and PostgreSQL that loses connections when a test wants it: at the next commit, or all of them.
 */
public final class CutConnections implements AutoCloseable {

    /** When a connection is lost. */
    enum Cut {
        NEVER,
        /** Before PostgreSQL gets the next commit. */
        BEFORE_COMMIT,
        /** When PostgreSQL has answered the next commit, before the answer arrives. */
        AFTER_COMMIT
    }

    private static final Logger LOG = LoggerFactory.getLogger(CutConnections.class);

    private static final int LARGEST_CHUNK = 1 << 16;

    private final int target;
    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Cut> next = new AtomicReference<>(Cut.NEVER);
    private volatile boolean isDown;

    CutConnections(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", this::accept);
    }

    /** Makes a network between servers and the PostgreSQL of the tests. */
    public static CutConnections toPostgres() throws IOException {
        return new CutConnections(TestPostgres.get().port());
    }

    /** Returns an address that leads through this network. Each commit is sent as text, so that it can be seen. */
    public PostgresAddress through(PostgresAddress address) {
        return new PostgresAddress(
                address.url().replace(":" + target + "/", ":" + listening.getLocalPort() + "/") + "?prepareThreshold=0",
                address.user(),
                address.password());
    }

    /** Loses the connection of the next commit, and no other. */
    void cut(Cut when) {
        next.set(when);
    }

    /** Loses all connections, and lets nobody through. */
    public void down() {
        isDown = true;
        open.forEach(CutConnections::close);
    }

    /** Lets all through again. */
    public void up() {
        isDown = false;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        open.forEach(CutConnections::close);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                if (isDown) {
                    client.close();
                    continue;
                }
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(client);
                open.add(server);
                AtomicReference<Cut> answer = new AtomicReference<>(Cut.NEVER);
                start("to-postgres", () -> pump(client, server, answer, true));
                start("from-postgres", () -> pump(server, client, answer, false));
            } catch (SocketException e) {
                LOG.debug("The test has ended, or PostgreSQL is gone", e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void pump(Socket from, Socket to, AtomicReference<Cut> ofConnection, boolean isToServer) {
        byte[] chunk = new byte[LARGEST_CHUNK];
        try (from;
                to;
                InputStream in = from.getInputStream()) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                if (isToServer && new String(chunk, 0, read, StandardCharsets.ISO_8859_1).contains("COMMIT")) {
                    ofConnection.set(next.getAndSet(Cut.NEVER));
                }
                Cut cut = ofConnection.get();
                if (isToServer ? cut == Cut.BEFORE_COMMIT : cut == Cut.AFTER_COMMIT) {
                    return;
                }
                to.getOutputStream().write(chunk, 0, read);
            }
        } catch (IOException e) {
            LOG.debug("The other direction has been cut", e);
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "cut-connections-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
