package dev.gantry.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.check.Link.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LinkTest {

    private static final int NOTHING_MILLIS = 100;

    private ServerSocket server;
    private Link link;
    private Socket near;
    private Socket far;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        link = Link.open(() -> (InetSocketAddress) server.getLocalSocketAddress());
        near = connected();
        far = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        near.close();
        far.close();
        link.close();
        server.close();
    }

    @Test
    void what_is_held_back_in_one_direction_arrives_once_the_link_heals() throws IOException {
        link.hold(Direction.TO_SERVER);
        write(near, "there");
        write(far, "here");

        assertThat(read(near, 4)).isEqualTo("here");
        far.setSoTimeout(NOTHING_MILLIS);
        assertThatThrownBy(() -> read(far, 1)).isInstanceOf(SocketTimeoutException.class);
        far.setSoTimeout(0);
        link.heal();

        assertThat(read(far, 5)).isEqualTo("there");
    }

    @Test
    void a_cut_ends_all_connections_and_each_new_one_until_the_link_heals() throws IOException {
        link.cut();

        assertAllAreCut();
        link.heal();
        try (Socket again = connected();
                Socket accepted = server.accept()) {
            write(again, "again");
            assertThat(read(accepted, 5)).isEqualTo("again");
        }
    }

    private void assertAllAreCut() throws IOException {
        assertThat(isEnded(near)).isTrue();
        try (Socket refused = connected()) {
            assertThat(isEnded(refused)).isTrue();
        }
    }

    @Test
    void an_answer_is_cut_at_a_byte() throws IOException {
        link.cutAfter(3);
        write(near, "any question");
        write(far, "answer");

        assertThat(read(near, 3)).isEqualTo("ans");
        assertThat(isEnded(near)).isTrue();
    }

    @Test
    void all_connections_are_cut_before_a_certain_answer_until_the_link_heals() throws IOException {
        link.cutAt("done".getBytes(StandardCharsets.US_ASCII));
        write(near, "any question");
        write(far, "first");
        assertThat(read(near, 5)).isEqualTo("first");

        write(far, "done");

        assertAllAreCut();
        link.heal();
        try (Socket again = connected();
                Socket accepted = server.accept()) {
            write(accepted, "done");
            assertThat(read(again, 4)).isEqualTo("done");
        }
    }

    @Test
    void a_link_to_several_servers_has_a_port_for_each_and_disturbs_all_of_them() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Link both = Link.open(List.of(() -> (InetSocketAddress) server.getLocalSocketAddress(), () ->
                        (InetSocketAddress) other.getLocalSocketAddress()));
                Socket toOther = new Socket(
                        InetAddress.getLoopbackAddress(),
                        Integer.parseInt(both.addresses().get(1).split(":", -1)[1]));
                Socket accepted = other.accept()) {
            write(toOther, "hello");
            assertThat(read(accepted, 5)).isEqualTo("hello");

            both.cut();

            assertThat(isEnded(accepted)).isTrue();
        }
    }

    private Socket connected() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), link.end().getPort());
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String read(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
    }

    private static boolean isEnded(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            return in.read() < 0;
        } catch (IOException e) {
            // Reset, which is an end too.
            return true;
        }
    }
}
