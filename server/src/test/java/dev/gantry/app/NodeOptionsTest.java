package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.node.artifact.ArtifactSettings;
import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.NodeRestrictions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class NodeOptionsTest {

    private static final List<String> SERVERS = List.of("127.0.0.1:7470");
    private static final Path DIR = Path.of("data");

    @Test
    void a_node_is_what_it_is_told() {
        NodeConfig config = config(
                "--name",
                "n1",
                "--datacenter",
                "dc2",
                "--class",
                "large",
                "--meta",
                "rack=r1",
                "--meta",
                "disk=ssd",
                "--ip",
                "10.0.0.1",
                "--dynamic-ports",
                "25000-26000",
                "--option",
                "rkt.volumes.enabled=false",
                "--rkt",
                "/usr/bin/rkt",
                "--join-token-file",
                "/etc/gantry/join.token");

        assertThat(config)
                .isEqualTo(new NodeConfig(
                        SERVERS,
                        DIR,
                        "n1",
                        "dc2",
                        "large",
                        Map.of("rack", "r1", "disk", "ssd"),
                        "10.0.0.1",
                        25_000,
                        26_000,
                        Map.of("rkt.volumes.enabled", "false"),
                        NodeRestrictions.getDefaultInstance(),
                        Optional.of(Path.of("/usr/bin/rkt")),
                        Optional.of(Path.of("/etc/gantry/join.token")),
                        Optional.empty(),
                        Set.of(),
                        ArtifactSettings.DEFAULT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"25000", "25000-", "a-b", "25000-260000"})
    void ports_that_are_no_range_are_named(String ports) {
        assertThatThrownBy(() -> config("--dynamic-ports", ports))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("--dynamic-ports")
                .hasMessageContaining("\"%s\" is no FIRST-LAST".formatted(ports));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rkt.ulimit.nofile=lots  | Option rkt.ulimit.nofile: Must be a number",
                "rkt.ulimit.nofiles=1    | did you mean \"nofile\"?",
                "rkt.ulimits.nofile=1    | Option \"rkt.ulimits.nofile\" is not known"
            })
    void an_option_that_limits_nothing_is_named(String option, String message) {
        assertThatThrownBy(() -> config("--option", option))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        assertThat(config("--option", "rkt.ulimit.nofile=1024:-1").options()).hasSize(1);
    }

    @Test
    void what_tasks_may_ask_of_the_machine_is_read_from_a_file(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("tight.hcl"), "root = false\nhost_volumes {}");
        NodeRestrictions tight = NodeRestrictions.newBuilder()
                .setDenyRoot(true)
                .setHostVolumes(HostVolumeRestriction.getDefaultInstance())
                .build();

        assertThat(config("--restrictions", file.toString()).restrictions()).isEqualTo(tight);
        assertThat(config("--restrictions", file.toString(), "--option", "rkt.volumes.enabled=false")
                        .restrictions())
                .isEqualTo(tight);
        assertThat(config().restrictions()).isEqualTo(NodeRestrictions.getDefaultInstance());
        assertThat(config("--option", "rkt.volumes.enabled=false").restrictions())
                .isEqualTo(NodeRestrictions.newBuilder()
                        .setHostVolumes(HostVolumeRestriction.getDefaultInstance())
                        .build());
    }

    @Test
    void faults_of_a_file_with_restrictions_are_all_named(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("bad.hcl"), "root = 1\nhost_volumes { allow = [\"srv\"] }");
        Path open = Files.writeString(dir.resolve("open.hcl"), "host_volumes { allow = [\"/srv\"] }");

        assertThatThrownBy(() -> config("--restrictions", file.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bad.hcl:1:8: root must be true or false, not 1")
                .hasMessageContaining("bad.hcl: host_volumes.allow[0]: \"srv\" is no absolute path");
        assertThatThrownBy(() -> config("--restrictions", open.toString(), "--option", "rkt.volumes.enabled=false"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rkt.volumes.enabled is false, but host_volumes of the restrictions allows");
    }

    @Test
    void a_range_of_ports_that_ends_before_it_begins_is_named() {
        assertThatThrownBy(() -> config("--dynamic-ports", "26000-25000"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("26000 to 25000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rkt.gc.interval=0", "rkt.gc.image_age=1h30m", "rkt.gc.disk_percent=100"})
    void when_images_are_removed_can_be_said(String option) {
        String[] words = option.split("=", 2);

        assertThat(config("--option", option).options()).containsExactly(Map.entry(words[0], words[1]));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rkt.gc.interval=soon",
                "rkt.gc.image_age=-1h",
                "rkt.gc.disk_percent=0",
                "rkt.gc.disk_percent=101",
                "rkt.gc.disk_percent=x",
                "rkt.gc.intervall=1h"
            })
    void a_driver_option_that_can_not_be_used_is_named(String option) {
        assertThatThrownBy(() -> config("--option", option))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option.substring(0, option.indexOf('=')));
    }

    private static NodeConfig config(String... args) {
        NodeOptions options = new NodeOptions();
        new CommandLine(options).parseArgs(args);
        return options.toConfig(SERVERS, DIR, Optional.empty(), Optional.empty());
    }

    @Test
    void where_artifacts_come_from_and_how_large_they_get_can_be_said(@TempDir Path dir) throws IOException {
        Path credentials = Files.writeString(dir.resolve("credentials"), "https://example.com bearer x");
        Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rw-------"));
        Path directory = Files.createDirectory(dir.resolve("artifacts"));
        Path link = Files.createSymbolicLink(dir.resolve("link"), directory);

        ArtifactSettings settings = config(
                        "--artifact-directory",
                        link.toString(),
                        "--artifact-credentials",
                        credentials.toString(),
                        "--artifact-max-size",
                        "3",
                        "--artifact-cache-size",
                        "0")
                .artifacts();

        assertThat(settings.directories()).containsExactly(directory.toRealPath());
        assertThat(settings.credentials()).contains(credentials);
        assertThat(settings.maxBytes()).isEqualTo(3 << 20);
        assertThat(settings.cacheBytes()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "--artifact-directory, /nonexistent",
        "--artifact-credentials, /nonexistent",
        "--artifact-max-size, 0",
        "--artifact-cache-size, -1",
        "--artifact-max-size, 9999999999",
    })
    void an_option_about_artifacts_that_can_not_be_used_is_named(String option, String value) {
        assertThatThrownBy(() -> config(option, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option)
                .hasMessageContaining(value);
    }
}
