package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Capabilities that an image's program has as a file, which make it more than its user. */
class FileCapabilitiesTest extends RktTest {

    /** Permitted and effective: CAP_NET_BIND_SERVICE (10) and CAP_SETUID (7), whose byte is not UTF-8. */
    private static final byte[] CAPABILITIES = HexFormat.of().parseHex("0100000280040000" + "00".repeat(12));

    private static final String EFFECTIVE = "CapEff:\t0000000000000480";

    private Path capable;

    @BeforeEach
    void build() throws IOException {
        capable = new AciBuilder()
                .app("capable", "\"exec\":[\"/bin/show\",\"/proc/self/status\"],\"user\":\"1234\",\"group\":\"1234\"")
                .programs("cat")
                .attribute("security.capability", CAPABILITIES)
                .file("rootfs/bin/show", Files.readAllBytes(Path.of("/bin/cat")), entry -> entry.setMode(0755))
                .write(directory.resolve("capable.aci"));
    }

    @Test
    void a_program_has_its_capabilities_in_an_overlay() {
        assertThat(rkt.run(capable.toString()).succeeded().out()).contains(EFFECTIVE);
    }

    @Test
    void a_program_has_its_capabilities_in_a_copy() {
        assertThat(rkt.run("--no-overlay=true", capable.toString()).succeeded().out())
                .contains(EFFECTIVE);
    }

    @Test
    void a_program_of_a_dependency_has_its_capabilities() throws IOException {
        rkt.call("--insecure-options=image", "fetch", capable.toString()).succeeded();
        Path dependent = new AciBuilder().file("manifest", """
                        {"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/dependent",
                         "labels":[{"name":"os","value":"linux"}],"dependencies":[{"imageName":"example.com/capable"}],
                         "app":{"exec":["/bin/show","/proc/self/status"],"user":"1234","group":"1234"}}""").write(directory.resolve("dependent.aci"));

        assertThat(rkt.run(dependent.toString()).succeeded().out()).contains(EFFECTIVE);
    }
}
