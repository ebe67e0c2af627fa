package dev.gantry.check;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Stands before a PostgreSQL and takes the fence out of the statements of servers: a server that takes the lease gets the
 * epoch of the one before, and writes whatever the index is, however long it was paused. So a server that another one has
 * replaced goes on writing.
 */
final class Unfencing implements AutoCloseable {

    /** The first message of a connection that is no question whether the server encrypts. */
    private static final int STARTUP = 3 << 16;

    private static final int LENGTH = 4;
    private static final char PARSE = 'P';

    /** How a server that takes the lease makes an epoch of its own. */
    private static final Pattern NEXT_EPOCH = Pattern.compile("(lease_epoch \\+) (\\$\\d+)");

    /** How a server that writes compares the index with the one that it knows. */
    private static final Pattern KNOWN_INDEX = Pattern.compile("(where .*last_index) = (\\$\\d+)");

    /** How long a server may pause in a transaction, in milliseconds. */
    private static final Pattern LONGEST_PAUSE = Pattern.compile("('idle_in_transaction_session_timeout', )'\\d+'");

    private final ServerSocket listening;
    private final int database;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();

    /**
     * Begins to listen on the loopback.
     *
     * @param database the port of PostgreSQL on the loopback
     */
    Unfencing(int database) throws IOException {
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.database = database;
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Returns a statement without the fence. */
    private static String unfenced(String statement) {
        String sameEpoch = NEXT_EPOCH.matcher(statement).replaceFirst("$1 0 * $2");
        String anyIndex = KNOWN_INDEX.matcher(sameEpoch).replaceFirst("$1 >= 0 * $2");
        return LONGEST_PAUSE.matcher(anyIndex).replaceFirst("$1'0'");
    }

    private void accept() {
        try {
            while (true) {
                Socket from = listening.accept();
                Socket to = new Socket(InetAddress.getLoopbackAddress(), database);
                from.setTcpNoDelay(true);
                to.setTcpNoDelay(true);
                open.add(from);
                open.add(to);
                start(() -> ending(from, to, () -> rewrite(from, to)));
                start(() -> ending(from, to, () -> to.getInputStream().transferTo(from.getOutputStream())));
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private static void rewrite(Socket from, Socket to) throws IOException {
        DataInputStream in = new DataInputStream(from.getInputStream());
        DataOutputStream out = new DataOutputStream(to.getOutputStream());
        int code;
        do {
            byte[] first = in.readNBytes(in.readInt() - LENGTH);
            code = ByteBuffer.wrap(first).getInt();
            send(out, first);
        } while (code != STARTUP);
        for (int type = in.read(); type >= 0; type = in.read()) {
            byte[] message = in.readNBytes(in.readInt() - LENGTH);
            // One byte stands for one character, whatever the encoding is.
            byte[] passed = type == PARSE
                    ? unfenced(new String(message, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1)
                    : message;
            out.write(type);
            send(out, passed);
        }
    }

    private static void send(DataOutputStream out, byte[] message) throws IOException {
        out.writeInt(message.length + LENGTH);
        out.write(message);
        out.flush();
    }

    private interface Transfer {
        void run() throws IOException;
    }

    private void ending(Socket from, Socket to, Transfer transfer) {
        try (from;
                to) {
            transfer.run();
        } catch (IOException e) {
            // One side has ended, which ends the other.
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Closeable socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "unfencing");
        thread.setDaemon(true);
        thread.start();
    }
}
