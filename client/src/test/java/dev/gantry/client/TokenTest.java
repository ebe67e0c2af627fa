package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.v1.ClusterServiceGrpc.ClusterServiceImplBase;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which token the calls of a client carry. */
@Timeout(60)
class TokenTest {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    @TempDir
    Path dir;

    private final AtomicReference<Status> answer = new AtomicReference<>(Status.OK);
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = ScriptedServer.start(new ClusterServiceImplBase() {
            @Override
            public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
                if (answer.get().isOk()) {
                    observer.onNext(GetStatusResponse.getDefaultInstance());
                    observer.onCompleted();
                } else {
                    observer.onError(answer.get().asRuntimeException());
                }
            }
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_client_without_a_token_sends_none() {
        try (GantryClient client = builder().build()) {
            assertThat(sent(client)).isNull();
        }
    }

    @Test
    void each_call_carries_the_token() {
        try (GantryClient client = builder().token("gantry_abc").build()) {
            assertThat(sent(client)).isEqualTo("Bearer gantry_abc");
            assertThat(sent(client)).isEqualTo("Bearer gantry_abc");
        }
    }

    @Test
    void the_file_of_a_token_is_read_again_when_it_has_changed() throws IOException {
        Path file = Files.writeString(dir.resolve("token"), "gantry_abc\n");
        try (GantryClient client = builder().tokenFile(file).build()) {
            assertThat(sent(client)).isEqualTo("Bearer gantry_abc");

            Path next = Files.writeString(dir.resolve("next"), "gantry_xyz\n");
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);

            assertThat(sent(client)).isEqualTo("Bearer gantry_xyz");
        }
    }

    @Test
    void a_file_that_is_missing_or_holds_no_token_fails_the_call_and_is_named_but_not_repeated() throws IOException {
        Path file = dir.resolve("token");
        try (GantryClient client = builder().tokenFile(file).build()) {
            assertThatThrownBy(client::status)
                    .isInstanceOf(GantryException.class)
                    .hasMessageContaining("Can't read the token in " + file);
            Files.writeString(file, "two words");
            assertThatThrownBy(client::status)
                    .isInstanceOf(GantryException.class)
                    .hasMessageContaining(file + " holds no token")
                    .hasMessageNotContaining("two words");
        }
    }

    @Test
    void the_environment_names_a_token_or_its_file_if_the_program_does_not() throws IOException {
        Path file = Files.writeString(dir.resolve("token"), "gantry_file\n");
        Map<String, String> named = Map.of("GANTRY_TOKEN", "gantry_env", "GANTRY_TOKEN_FILE", file.toString());
        try (GantryClient client = builder().environment(named).build()) {
            assertThat(sent(client)).isEqualTo("Bearer gantry_env");
        }
        try (GantryClient client = builder()
                .environment(Map.of("GANTRY_TOKEN_FILE", file.toString()))
                .build()) {
            assertThat(sent(client)).isEqualTo("Bearer gantry_file");
        }
        try (GantryClient client =
                builder().environment(named).token("gantry_program").build()) {
            assertThat(sent(client)).isEqualTo("Bearer gantry_program");
        }
    }

    @Test
    void the_token_of_a_server_of_this_user_on_this_machine_is_found_also_if_it_comes_later() throws IOException {
        try (GantryClient client =
                builder().environment(Map.of("XDG_CONFIG_HOME", dir.toString())).build()) {
            assertThat(sent(client)).isNull();
            Path tokens = Files.createDirectories(dir.resolve("gantry/local/" + server.port()));
            Files.writeString(tokens.resolve("management.token"), "gantry_local\n");
            assertThat(sent(client)).isEqualTo("Bearer gantry_local");
        }
    }

    @Test
    void a_supplier_of_tokens_is_asked_for_each_call() {
        AtomicReference<Optional<String>> token = new AtomicReference<>(Optional.empty());
        try (GantryClient client = builder().tokens(token::get).build()) {
            assertThat(sent(client)).isNull();
            token.set(Optional.of("gantry_abc"));
            assertThat(sent(client)).isEqualTo("Bearer gantry_abc");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1:7470", "gantry.example.com", "127.0.0.1.example.com:1", "[2001:db8::1]:7470"})
    void a_token_is_never_sent_in_plain_text_beyond_this_machine(String address) {
        GantryClient.Builder builder = GantryClient.builder().address(address).token("gantry_abc");

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The token is not sent to ")
                .hasMessageNotContaining("gantry_abc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7470", "localhost", "[::1]:7470", "127.8.9.1:1"})
    void this_machine_may_have_it(String address) {
        GantryClient.builder().address(address).token("gantry_abc").build().close();
    }

    @Test
    void a_token_that_no_header_can_carry_is_refused_without_being_repeated() {
        for (String bad : new String[] {"", "two words", "new\nline", "\u00e4"}) {
            assertThatThrownBy(() -> builder().token(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The token is empty, or has characters other than printable ASCII");
        }
    }

    @Test
    void refusals_for_a_token_have_exceptions_of_their_own() {
        try (GantryClient client = builder().build()) {
            answer.set(Status.UNAUTHENTICATED.withDescription("who are you?"));
            assertThatThrownBy(client::status)
                    .isInstanceOf(UnauthenticatedException.class)
                    .hasMessage("who are you?");
            answer.set(Status.PERMISSION_DENIED.withDescription("not you"));
            assertThatThrownBy(client::status)
                    .isInstanceOf(PermissionDeniedException.class)
                    .hasMessage("not you");
        }
    }

    private GantryClient.Builder builder() {
        return GantryClient.builder().address(server.address());
    }

    /** Makes a call; returns the header that the server got. */
    private String sent(GantryClient client) {
        client.status();
        return server.headers().get(server.headers().size() - 1).get(AUTHORIZATION);
    }
}
