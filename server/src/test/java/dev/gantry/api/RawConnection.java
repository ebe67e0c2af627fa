package dev.gantry.api;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/**
 * An HTTP/2 connection, written by hand, on which a test can send incomplete calls. Responses are discarded. At most 60
 * kB may be sent on one connection, since flow control windows are ignored.
 */
final class RawConnection implements AutoCloseable {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_HEADERS = 4;
    private static final int STREAM = 1;

    private final Socket socket;
    private final DataOutputStream out;

    private RawConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.out = new DataOutputStream(socket.getOutputStream());
    }

    /** Begins a call: sends the length of its message, but not the message. */
    static RawConnection begin(int port, String method, int length) throws IOException {
        RawConnection connection = new RawConnection(new Socket(InetAddress.getLoopbackAddress(), port));
        connection.socket.setTcpNoDelay(true);
        connection.drain();
        connection.out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        connection.frame(SETTINGS, 0, 0, new byte[0]);
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        header(headers, ":method", "POST");
        header(headers, ":scheme", "http");
        header(headers, ":path", "/" + method);
        header(headers, ":authority", "localhost");
        header(headers, "content-type", "application/grpc");
        header(headers, "te", "trailers");
        connection.frame(HEADERS, END_HEADERS, STREAM, headers.toByteArray());
        connection.frame(DATA, 0, STREAM, new byte[] {
            0, (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length
        });
        return connection;
    }

    /** Sends a part of the message, by itself. */
    RawConnection send(int bytes) {
        try {
            frame(DATA, 0, STREAM, new byte[bytes]);
        } catch (SocketException e) {
            // The server has closed the connection, as it may.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void drain() {
        Thread reader = new Thread(() -> {
            try (InputStream in = socket.getInputStream()) {
                byte[] buffer = new byte[4096];
                while (in.read(buffer) >= 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                // The test has closed the connection.
            }
        });
        reader.setDaemon(true);
        reader.start();
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        out.writeByte(payload.length >> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
        out.flush();
    }

    /** A literal without indexing: HPACK at its plainest. */
    private static void header(ByteArrayOutputStream headers, String name, String value) {
        headers.write(0);
        headers.write(name.length());
        headers.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        headers.write(value.length());
        headers.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }
}
