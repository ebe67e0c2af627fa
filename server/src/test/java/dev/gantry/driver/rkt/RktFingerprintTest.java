package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.driver.DriverFingerprint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RktFingerprintTest {

    @TempDir
    Path root;

    private StandInRkt rkt;

    @BeforeEach
    void make() {
        rkt = StandInRkt.in(root.resolve("bin"));
    }

    @Test
    void a_machine_with_rkt_offers_it_with_its_versions() {
        DriverFingerprint fingerprint = fingerprint(rkt.executable(), true, true);

        assertThat(fingerprint.attributes())
                .isEqualTo(Map.of(
                        "driver.rkt", "1",
                        "driver.rkt.version", "1.30.0",
                        "driver.rkt.appc.version", "0.8.11",
                        "driver.rkt.volumes.enabled", "1"));
        assertThat(fingerprint.health().getHealthy()).isTrue();
        assertThat(fingerprint.health().getDescription()).isEqualTo("rkt 1.30.0 at " + rkt.path());
    }

    @Test
    void the_older_spelling_is_understood() {
        rkt.version("rkt version 1.1.0\nappc version 0.7.4\n");

        assertThat(fingerprint(rkt.executable(), true, true).attributes())
                .containsEntry("driver.rkt.version", "1.1.0")
                .containsEntry("driver.rkt.appc.version", "0.7.4");
    }

    @Test
    void a_node_without_host_volumes_lacks_the_attribute() {
        assertThat(fingerprint(rkt.executable(), false, true).attributes())
                .containsKey("driver.rkt")
                .doesNotContainKey("driver.rkt.volumes.enabled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.9.0", "0.14.0"})
    void an_rkt_that_is_too_old_is_not_offered(String version) {
        rkt.version("rkt version " + version + "\nappc version 0.7.4\n");

        assertThat(whyNot(rkt.executable(), true))
                .isEqualTo("rkt " + version + " at " + rkt.path() + " is too old: install 1.0.0 or later");
    }

    @Test
    void what_is_no_rkt_is_not_offered() {
        rkt.version("Python 3.11\n");

        assertThat(whyNot(rkt.executable(), true)).contains("printed no version of rkt and appc: Python 3.11");
    }

    @Test
    void rkt_is_not_offered_to_a_node_that_is_not_root() {
        assertThat(whyNot(rkt.executable(), false)).isEqualTo("rkt needs root: run the node as root");
        assertThat(rkt.calls()).isEmpty();
    }

    @Test
    void an_rkt_that_hangs_is_not_offered() {
        rkt.hang("version");

        DriverFingerprint fingerprint = fingerprint(rkt.executable(), true, true, Duration.ofSeconds(1));

        assertThat(fingerprint.attributes()).isEmpty();
        assertThat(fingerprint.health().getHealthy()).isFalse();
        assertThat(fingerprint.health().getDescription())
                .isEqualTo(rkt.path() + " version did not end within 1 s; it was killed");
    }

    @Test
    void a_machine_without_rkt_says_how_to_get_one() {
        assertThat(whyNot(new RktExecutable(Optional.empty(), "/nowhere::relative", Optional.empty()), true))
                .startsWith("There is no rkt on $PATH: install one");
    }

    @Test
    void the_named_rkt_comes_before_that_on_the_path_and_the_bundled_one_last() throws RktException {
        String path = "/nowhere:" + root.resolve("bin");
        StandInRkt bundled = StandInRkt.in(root.resolve("bundled"));

        assertThat(new RktExecutable(Optional.of(bundled.path()), path, Optional.empty()).locate())
                .isEqualTo(bundled.path());
        assertThat(new RktExecutable(Optional.empty(), path, Optional.of(bundled.path())).locate())
                .isEqualTo(rkt.path());
        assertThat(new RktExecutable(Optional.empty(), "/nowhere", Optional.of(bundled.path())).locate())
                .isEqualTo(bundled.path());
    }

    private static String whyNot(RktExecutable executable, boolean root) {
        DriverFingerprint fingerprint = fingerprint(executable, true, root);
        assertThat(fingerprint.attributes()).isEmpty();
        assertThat(fingerprint.health().getHealthy()).isFalse();
        return fingerprint.health().getDescription();
    }

    private static DriverFingerprint fingerprint(RktExecutable executable, boolean volumesEnabled, boolean root) {
        return fingerprint(executable, volumesEnabled, root, Duration.ofSeconds(20));
    }

    private static DriverFingerprint fingerprint(
            RktExecutable executable, boolean volumesEnabled, boolean root, Duration limit) {
        RktFinder finder = new RktFinder(
                executable,
                new CommandRunner(ProgramStart.with(HostEnvironment.forRkt(System.getenv()), DriverFixture.LIMITS)),
                new RktTimeouts(limit, limit, limit, limit, limit));
        return new RktFingerprinter(finder, volumesEnabled, () -> root, Optional::empty).fingerprint();
    }
}
