package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.client.LocalCredentials.Found;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests to whom a token is sent that nobody has asked to send. */
class LocalCredentialsTest {

    private static final String HEADER =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    private static final String LISTENING = "0A";
    private static final String ESTABLISHED = "01";

    @TempDir
    Path dir;

    private Path proc;
    private LocalCredentials credentials;
    private long own;

    @BeforeEach
    void leaveTokenOfPort7470() throws IOException {
        Path tokens = Files.createDirectories(dir.resolve("local/7470"));
        Files.writeString(tokens.resolve(LocalCredentials.MANAGEMENT), "gantry_abc\n");
        proc = Files.createDirectories(dir.resolve("proc"));
        Files.createDirectories(proc.resolve("net"));
        Files.createDirectories(proc.resolve("self"));
        own = ((Number) Files.getAttribute(proc, "unix:uid")).longValue();
        credentials = new LocalCredentials(Optional.of(dir.resolve("local")), proc);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7470", "localhost:7470", "[::1]:7470", "127.0.0.1"})
    void a_server_of_the_same_user_gets_the_token(String server) throws IOException {
        table("tcp", socket("0100007F:1D2E", LISTENING, own));

        assertThat(find(server).secret()).contains("gantry_abc");
    }

    @Test
    void a_server_of_root_gets_the_token() throws IOException {
        table("tcp6", socket("00000000000000000000000000000000:1D2E", LISTENING, 0));

        assertThat(find("127.0.0.1:7470").secret()).contains("gantry_abc");
    }

    @Test
    void a_server_of_another_user_gets_no_token_and_the_user_is_named() throws IOException {
        table("tcp", socket("0100007F:1D2E", LISTENING, 65_534));

        assertThat(find("127.0.0.1:7470")).isEqualTo(new Found(Optional.empty(), Optional.of("user 65534")));
    }

    @Test
    void nobody_gets_the_token_while_another_user_listens_at_the_port_too() throws IOException {
        table("tcp", socket("0100007F:1D2E", LISTENING, own));
        table("tcp6", socket("00000000000000000000000001000000:1D2E", LISTENING, 65_534));

        assertThat(find("127.0.0.1:7470").secret()).isEmpty();
        assertThat(find("127.0.0.1:7470").foreign()).contains("user 65534");
    }

    @Test
    void only_listening_sockets_of_the_port_count() throws IOException {
        table(
                "tcp",
                socket("0100007F:1D2E", ESTABLISHED, 65_534),
                socket("0100007F:1D2F", LISTENING, 65_534),
                socket("0100007F:1D2E", LISTENING, own));

        assertThat(find("127.0.0.1:7470").secret()).contains("gantry_abc");
    }

    @Test
    void nobody_gets_the_token_if_nobody_listens_or_nobody_can_tell() throws IOException {
        assertThat(find("127.0.0.1:7470").secret()).isEmpty();
        table("tcp", socket("0100007F:1D2F", LISTENING, own));
        assertThat(find("127.0.0.1:7470").secret()).isEmpty();
        Files.delete(proc.resolve("self"));
        assertThat(find("127.0.0.1:7470").secret()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1:7470", "gantry.example.com:7470", "127.0.0.1:7471", "127.0.0.1:x", "127.0.0.1:7"})
    void other_servers_get_no_token(String server) throws IOException {
        table("tcp", socket("0100007F:1D2E", LISTENING, own));

        assertThat(find(server)).isEqualTo(new Found(Optional.empty(), Optional.empty()));
    }

    @Test
    void the_kernel_names_this_user_for_a_socket_of_this_process() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            Path tokens = Files.createDirectories(dir.resolve("gantry/local/" + port));
            Files.writeString(tokens.resolve(LocalCredentials.JOIN), "gantry_join");
            LocalCredentials real = LocalCredentials.ofThisUser(Map.of("XDG_CONFIG_HOME", dir.toString()));

            assertThat(real.find("127.0.0.1:" + port, LocalCredentials.JOIN).secret())
                    .contains("gantry_join");
        }
    }

    @Test
    void who_listens_is_a_stranger_unless_it_is_this_user_root_or_one_who_is_trusted() throws IOException {
        table("tcp", socket("0100007F:1D2E", LISTENING, own), socket("0100007F:1D2F", LISTENING, 0));
        assertThat(credentials.strangerAt("127.0.0.1:7470", Set.of())).isEmpty();
        assertThat(credentials.strangerAt("127.0.0.1:7471", Set.of())).isEmpty();

        table("tcp", socket("0100007F:1D2E", LISTENING, own), socket("00000000:1D2E", LISTENING, 65_534));
        assertThat(credentials.strangerAt("localhost:7470", Set.of())).contains("user 65534");
        assertThat(credentials.strangerAt("localhost:7470", Set.of(1000L))).contains("user 65534");
        assertThat(credentials.strangerAt("localhost:7470", Set.of(65_534L))).isEmpty();
        assertThat(credentials.strangerAt("192.0.2.1:7470", Set.of())).isEmpty();
        Files.delete(proc.resolve("self"));
        assertThat(credentials.strangerAt("localhost:7470", Set.of())).isPresent();
    }

    @Test
    void the_directory_is_below_the_users_configuration() {
        assertThat(LocalCredentials.directory(Map.of("XDG_CONFIG_HOME", "/x"), "/home/a"))
                .contains(Path.of("/x/gantry/local"));
        assertThat(LocalCredentials.directory(Map.of("HOME", "/home/a", "XDG_CONFIG_HOME", "relative"), "/"))
                .contains(Path.of("/home/a/.config/gantry/local"));
        assertThat(LocalCredentials.directory(Map.of()))
                .contains(Path.of(System.getProperty("user.home"), ".config/gantry/local"));
    }

    @Test
    void a_user_without_a_home_has_no_directory_since_it_would_be_in_the_working_directory() {
        assertThat(LocalCredentials.directory(Map.of("HOME", "relative"), "?")).isEmpty();
        assertThat(new LocalCredentials(Optional.empty(), dir)
                        .find("127.0.0.1:7470", LocalCredentials.MANAGEMENT)
                        .secret())
                .isEmpty();
    }

    private Found find(String server) {
        return credentials.find(server, LocalCredentials.MANAGEMENT);
    }

    private void table(String name, String... sockets) throws IOException {
        Files.writeString(
                proc.resolve("net").resolve(name), HEADER + "\n" + String.join("\n", List.of(sockets)) + "\n");
    }

    private static String socket(String address, String state, long uid) {
        return "   0: %s 00000000:0000 %s 00000000:00000000 00:00000000 00000000 %5d        0 12345 1 0000"
                .formatted(address, state, uid);
    }
}
