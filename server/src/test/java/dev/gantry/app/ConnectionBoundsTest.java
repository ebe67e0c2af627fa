package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests how many connections a server accepts. */
@Timeout(120)
class ConnectionBoundsTest {

    /** The limit of one address, where the process may open many files. */
    private static final int MOST = 4096;

    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII);

    @RegisterExtension
    private static final TestServer server = TestServer.extension();

    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void closeAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void a_client_that_opens_more_and_more_connections_keeps_no_other_out() throws Exception {
        while (sockets.size() <= MOST && isServed("127.0.0.1")) {
            assertThat(sockets).hasSizeLessThanOrEqualTo(MOST);
        }

        assertThat(isServed("127.0.0.1")).isFalse();
        assertThat(isServed("127.0.0.2")).isTrue();

        sockets.get(0).close();
        TestServer.eventually().until(() -> isServed("127.0.0.1"));
    }

    /** Connects from an address of the loopback. Returns true if the server answers as HTTP/2 does. */
    private boolean isServed(String from) throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.setSoTimeout(20_000);
        try {
            socket.connect(server.server().address());
            socket.getOutputStream().write(PREFACE);
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SocketException e) {
            return false;
        }
    }
}
