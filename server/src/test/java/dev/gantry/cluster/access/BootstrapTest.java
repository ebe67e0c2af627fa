package dev.gantry.cluster.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.access.Caller;
import dev.gantry.access.PolicyGrants;
import dev.gantry.cluster.FullStore;
import dev.gantry.cluster.PermissionDeniedException;
import dev.gantry.cluster.access.AccessRegistry.NewToken;
import dev.gantry.store.Store;
import dev.gantry.store.StoreOverloadedException;
import dev.gantry.v1.AclTokenType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the first tokens of a data directory, and those that are made for its users. */
@Timeout(60)
class BootstrapTest {

    private static final String PROOF = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path dir;

    @TempDir
    Path copies;

    private Store store;
    private AccessControl control;
    private TokenFiles files;
    private Bootstrap bootstrap;

    @BeforeEach
    void open() {
        store = Store.open(dir);
        SecureRandom random = new SecureRandom();
        control = new AccessControl(store.reader().access(), PolicyGrants::of, Instant::now);
        store.listen(control::publish);
        files = new TokenFiles(dir, Optional.empty(), Optional.empty());
        bootstrap = new Bootstrap(dir, files, new AccessRegistry(store, Instant::now, random), random);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void the_first_start_leaves_two_secrets_that_only_the_user_can_read() throws IOException {
        begin();

        assertThat(type(TokenFiles.MANAGEMENT)).isEqualTo(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT);
        assertThat(type(TokenFiles.JOIN)).isEqualTo(AclTokenType.ACL_TOKEN_TYPE_JOIN);
        assertThat(mode(dir.resolve(TokenFiles.MANAGEMENT))).isEqualTo("rw-------");
        assertThat(mode(dir.resolve(TokenFiles.JOIN))).isEqualTo("rw-------");
    }

    @Test
    void later_starts_make_no_tokens_even_if_the_files_are_gone() throws IOException {
        begin();
        Files.delete(dir.resolve(TokenFiles.MANAGEMENT));
        int tokens = store.reader().access().countTokens();

        close();
        open();
        begin();

        assertThat(store.reader().access().countTokens()).isEqualTo(tokens);
        assertThat(dir.resolve(TokenFiles.MANAGEMENT)).doesNotExist();
    }

    @Test
    void a_start_makes_the_tokens_anew_if_the_one_before_ended_after_it_wrote_their_files() {
        files.write(TokenFiles.MANAGEMENT, "gantry_lost");
        files.write(TokenFiles.JOIN, "gantry_lost");

        begin();

        assertThat(type(TokenFiles.MANAGEMENT)).isEqualTo(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT);
        assertThat(type(TokenFiles.JOIN)).isEqualTo(AclTokenType.ACL_TOKEN_TYPE_JOIN);
    }

    @Test
    void who_can_write_into_the_data_directory_gets_a_management_token_once() throws IOException {
        begin();
        prove(PROOF, "rw-------");

        NewToken made = bootstrap.prove(PROOF, () -> {}).join();

        assertThat(control.authenticate(made.secret()).orElseThrow().grants().isManagement())
                .isTrue();
        assertThat(files.read(TokenFiles.MANAGEMENT)).contains(made.secret());
        assertThat(dir.resolve("bootstrap")).doesNotExist();
        assertRefused(PROOF, "There is no file \"bootstrap\" in the server's data directory");
    }

    @Test
    void a_token_that_can_not_be_stored_does_not_replace_the_secret_in_the_file() throws Exception {
        begin();
        prove(PROOF, "rw-------");
        FullStore full = FullStore.of(store);

        assertThatThrownBy(() -> bootstrap.prove(PROOF, () -> {}).join())
                .hasCauseInstanceOf(StoreOverloadedException.class);

        full.release();
        assertThat(type(TokenFiles.MANAGEMENT)).isEqualTo(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT);
    }

    @Test
    void a_token_whose_file_can_not_be_written_is_answered() throws IOException {
        Files.createDirectories(dir.resolve(TokenFiles.MANAGEMENT).resolve("in the way"));
        prove(PROOF, "rw-------");

        NewToken made = bootstrap.prove(PROOF, () -> {}).join();

        assertThat(control.authenticate(made.secret())).isPresent();
    }

    @Test
    void a_wrong_proof_a_short_one_and_a_file_of_others_give_no_token() throws IOException {
        prove(PROOF, "rw-------");
        assertRefused(PROOF + "x", "The proof is not what the file");
        prove("short", "rw-------");
        assertRefused("short", "The proof is not what the file");
        prove("x".repeat(200), "rw-------");
        assertRefused("x".repeat(200), "is too long");
        prove(PROOF, "rw-rw----");
        assertRefused(PROOF, "is not a file that only the owner of that directory can write");
        prove(PROOF, "rw-----w-");
        assertRefused(PROOF, "is not a file that only the owner of that directory can write");
        Path elsewhere = copies.resolve("proof");
        Files.writeString(elsewhere, PROOF);
        Files.delete(dir.resolve("bootstrap"));
        Files.createSymbolicLink(dir.resolve("bootstrap"), elsewhere);
        assertRefused(PROOF, "is not a file that only the owner of that directory can write");

        assertThat(store.reader().access().countTokens()).isZero();
    }

    @Test
    void copies_of_the_files_follow_them_and_are_removed_unless_another_server_has_replaced_them() throws IOException {
        begin();
        Path port = copies.resolve("gantry/local/7470");
        files.copyTo(port);
        assertThat(port.resolve(TokenFiles.JOIN)).hasSameTextualContentAs(dir.resolve(TokenFiles.JOIN));
        assertThat(mode(port)).isEqualTo("rwx------");
        assertThat(mode(port.resolve(TokenFiles.MANAGEMENT))).isEqualTo("rw-------");

        prove(PROOF, "rw-------");
        NewToken made = bootstrap.prove(PROOF, () -> {}).join();
        assertThat(port.resolve(TokenFiles.MANAGEMENT)).hasContent(made.secret());

        Files.writeString(port.resolve(TokenFiles.JOIN), "gantry_of_another_server");
        files.removeCopies();
        assertThat(port.resolve(TokenFiles.MANAGEMENT)).doesNotExist();
        assertThat(port.resolve(TokenFiles.JOIN)).hasContent("gantry_of_another_server");
    }

    private void begin() {
        bootstrap.begin(store.reader().access());
    }

    private AclTokenType type(String file) {
        String secret = files.read(file).orElseThrow();
        return ((Caller.Holder) control.authenticate(secret).orElseThrow())
                .token()
                .getType();
    }

    private void prove(String proof, String mode) throws IOException {
        Path file = dir.resolve("bootstrap");
        Files.deleteIfExists(file);
        Files.writeString(file, proof + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private void assertRefused(String proof, String why) {
        assertThatThrownBy(() -> bootstrap.prove(proof, () -> {}).join())
                .hasCauseInstanceOf(PermissionDeniedException.class)
                .hasMessageContaining(why)
                .hasMessageContaining("gantry acl bootstrap --data-dir DIR");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
