package dev.gantry.rkt.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenPgpVerifierTest {

    private static final Signer PUBLISHER = Signer.named("Publisher <images@example.com>");

    @TempDir
    Path directory;

    private final List<String> messages = new ArrayList<>();
    private TrustedKeys keys;
    private Path image;

    @BeforeEach
    void open() throws IOException {
        keys = new TrustedKeys(directory.resolve("system"), directory.resolve("local"));
        image = Files.writeString(directory.resolve("x.aci"), "an image, for all that signatures know");
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "example.com/app", "example.com/app/worker"})
    void a_key_signs_for_its_prefix_and_for_what_is_below(String prefix) throws Exception {
        trust(PUBLISHER, prefix);

        verify(PUBLISHER.sign(image), "example.com/app/worker");

        assertThat(messages).containsExactly("signature verified:\n  Publisher <images@example.com>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com/app/worker",
                "example.com/application",
                "example.com/ap",
                "example.co",
                "example.org/app",
                "other"
            })
    void a_key_of_another_prefix_does_not_sign(String prefix) throws Exception {
        trust(PUBLISHER, prefix);

        assertRefused(PUBLISHER.sign(image), "example.com/app", "openpgp: signature made by unknown entity");
    }

    @Test
    void a_root_key_signs_for_all() throws Exception {
        keys.add(Optional.empty(), key(PUBLISHER));

        verify(PUBLISHER.sign(image), "example.com/app");
        verify(PUBLISHER.sign(image), "other");
    }

    @Test
    void a_changed_byte_of_the_image_is_noticed() throws Exception {
        trust(PUBLISHER, "example.com");
        Path signature = PUBLISHER.sign(image);
        byte[] bytes = Files.readAllBytes(image);
        for (int at : new int[] {0, bytes.length / 2, bytes.length - 1}) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;
            Files.write(image, changed);
            assertRefused(signature, "example.com/app", "invalid signature");
        }
    }

    @Test
    void no_changed_byte_of_a_signature_makes_it_one_of_something_else() throws Exception {
        trust(PUBLISHER, "example.com");
        Path signature = PUBLISHER.sign(image);
        byte[] bytes = Files.readAllBytes(signature);
        Files.writeString(image, "another image");
        for (int at = 0; at < bytes.length; at += 3) {
            byte[] changed = bytes.clone();
            changed[at] ^= 4;
            Files.write(signature, changed);
            assertThatThrownBy(() -> verify(signature, "example.com/app")).isInstanceOf(RktException.class);
        }
    }

    @Test
    void a_signature_of_somebody_else_is_refused() throws Exception {
        trust(PUBLISHER, "example.com");

        assertRefused(
                Signer.named("Publisher <images@example.com>").sign(image),
                "example.com/app",
                "signature made by unknown entity");
    }

    @Test
    void an_expired_key_signs_nothing_any_more() throws Exception {
        Signer expired = Signer.named("Expired", Duration.ofDays(3));
        trust(expired, "example.com");
        Path signature = expired.sign(image);

        verify(signature, "example.com/app");
        InstantSource later = () -> Instant.now().plus(Duration.ofDays(4));
        assertThatThrownBy(() ->
                        new OpenPgpVerifier(keys, later, messages::add).verify(image, signature, "example.com/app"))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("key expired on ");
    }

    @Test
    void a_revoked_key_signs_nothing_any_more() throws Exception {
        Signer publisher = Signer.named("Careless");
        Path signature = publisher.sign(image);
        trust(publisher.revoked(), "example.com");

        assertRefused(signature, "example.com/app", "key revoked");
    }

    @Test
    void an_empty_file_takes_trust_in_a_key_of_the_system_away() throws Exception {
        Path system = Files.createDirectories(directory.resolve("system/trustedkeys/prefix.d/example.com"));
        PUBLISHER.writePublicKey(system.resolve(PUBLISHER.fingerprint()));
        verify(PUBLISHER.sign(image), "example.com/app");

        Path local = Files.createDirectories(directory.resolve("local/trustedkeys/prefix.d/example.com"));
        Files.createFile(local.resolve(PUBLISHER.fingerprint()));
        messages.clear();

        assertRefused(PUBLISHER.sign(image), "example.com/app", "unknown entity");
    }

    @Test
    void a_file_with_another_key_than_its_name_says_is_not_trusted() throws Exception {
        Path local = Files.createDirectories(directory.resolve("local/trustedkeys/root.d"));
        PUBLISHER.writePublicKey(local.resolve("0".repeat(40)));

        assertRefused(PUBLISHER.sign(image), "example.com/app", "fingerprint mismatch");
    }

    @Test
    void what_is_no_signature_is_refused() throws Exception {
        trust(PUBLISHER, "example.com");
        Path signature = directory.resolve("x.aci.asc");
        for (String text : List.of("", "hello", "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n", PUBLISHER.publicKey())) {
            Files.writeString(signature, text);
            assertRefused(signature, "example.com/app", "no valid signatures found in signature file");
        }
    }

    @Test
    void an_image_name_does_not_lead_out_of_the_store_of_keys() {
        for (String name : List.of("../root.d", "/etc", "a/../..", "")) {
            assertThatThrownBy(() -> keys.keysFor(name))
                    .isInstanceOf(RktException.class)
                    .hasMessageContaining("ACIdentifier must contain only");
        }
    }

    @Test
    void names_in_a_key_do_not_steer_the_terminal() throws Exception {
        PublicKey key = key(Signer.named("\u001b[2Jnice\r\n"));

        assertThat(key.userIds()).containsExactly("?[2Jnice??");
    }

    @Test
    void gpg_and_this_runtime_read_each_others_keys_and_signatures() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gpg")), "gpg is not installed: skipped");
        Path home = Files.createDirectory(directory.resolve("gpg"));
        Files.setAttribute(home, "unix:mode", 0700);
        try {
            gpg(home, "--quick-gen-key", "--passphrase", "", "Gpg <gpg@example.com>", "rsa2048", "sign", "never");
            Path theirs = directory.resolve("theirs.asc");
            gpg(home, "--armor", "--output", theirs.toString(), "--export", "gpg@example.com");
            gpg(home, "--armor", "--output", image + ".asc", "--detach-sign", image.toString());
            keys.add(Optional.of("example.com"), PublicKey.parse(Files.readAllBytes(theirs), "theirs"));
            assertThatCode(() -> verify(Path.of(image + ".asc"), "example.com/app"))
                    .doesNotThrowAnyException();

            gpg(
                    home,
                    "--import",
                    PUBLISHER.writePublicKey(directory.resolve("ours.asc")).toString());
            gpg(home, "--verify", PUBLISHER.sign(image).toString(), image.toString());
        } finally {
            new ProcessBuilder("gpgconf", "--homedir", home.toString(), "--kill", "all")
                    .start()
                    .waitFor();
        }
    }

    private static void gpg(Path home, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("gpg", "--homedir", home.toString(), "--batch", "--quiet", "--pinentry-mode", "loopback"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private void trust(Signer signer, String prefix) throws Exception {
        keys.add(Optional.of(prefix), key(signer));
    }

    private static PublicKey key(Signer signer) throws Exception {
        return PublicKey.parse(signer.publicKey().getBytes(StandardCharsets.UTF_8), "a key");
    }

    private void verify(Path signature, String name) throws Exception {
        new OpenPgpVerifier(keys, InstantSource.system(), messages::add).verify(image, signature, name);
    }

    private void assertRefused(Path signature, String name, String reason) {
        assertThatThrownBy(() -> verify(signature, name))
                .isInstanceOf(RktException.class)
                .hasMessageContaining(reason);
        assertThat(messages).isEmpty();
    }
}
