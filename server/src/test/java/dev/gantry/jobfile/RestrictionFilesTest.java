package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.v1.ArtifactSourceRestriction;
import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.IdRange;
import dev.gantry.v1.IdRestriction;
import dev.gantry.v1.ImageSourceRestriction;
import dev.gantry.v1.NodeRestrictions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestrictionFilesTest {

    @TempDir
    Path dir;

    @Test
    void a_file_says_what_tasks_may_ask_of_the_machine() throws IOException {
        NodeRestrictions read = read("""
                # The machines of team a.
                host_volumes {
                  allow     = ["/srv/*"]
                  read_only = ["/etc/ssl/certs"]
                }
                host_network     = false
                root             = false
                users            = ["1000-1999", 2500]
                groups           = ["100"]
                raw_capabilities = false
                allow_caps       = ["NET_ADMIN", "CAP_SYS_TIME"]
                insecure_images  = false
                image_sources    = ["docker://registry.example.com", "/srv/images"]
                artifact_sources = ["https://releases.example.com"]
                """);

        assertThat(read)
                .isEqualTo(NodeRestrictions.newBuilder()
                        .setHostVolumes(HostVolumeRestriction.newBuilder()
                                .addAllow("/srv/*")
                                .addReadOnly("/etc/ssl/certs"))
                        .setDenyHostNetwork(true)
                        .setDenyRoot(true)
                        .setUsers(IdRestriction.newBuilder()
                                .addAllow(IdRange.newBuilder().setFirst(1000).setLast(1999))
                                .addAllow(IdRange.newBuilder().setFirst(2500).setLast(2500)))
                        .setGroups(IdRestriction.newBuilder()
                                .addAllow(IdRange.newBuilder().setFirst(100).setLast(100)))
                        .setDenyRawCapabilities(true)
                        .addAllowCaps("CAP_NET_ADMIN")
                        .addAllowCaps("CAP_SYS_TIME")
                        .setDenyInsecureImages(true)
                        .setImageSources(ImageSourceRestriction.newBuilder()
                                .addAllow("docker://registry.example.com")
                                .addAllow("/srv/images"))
                        .setArtifactSources(
                                ArtifactSourceRestriction.newBuilder().addAllow("https://releases.example.com"))
                        .build());
    }

    @Test
    void what_a_file_leaves_out_or_allows_is_not_restricted() throws IOException {
        assertThat(read("")).isEqualTo(NodeRestrictions.getDefaultInstance());
        assertThat(read("root = true\nhost_network = true")).isEqualTo(NodeRestrictions.getDefaultInstance());
        assertThat(read("host_volumes {}").hasHostVolumes()).isTrue();
    }

    @Test
    void all_faults_of_a_file_are_named_with_their_places() {
        assertThatThrownBy(() -> read("""
                        host_volumes {
                          allow     = "/srv"
                          read_only = ["etc", "/srv/**"]
                        }
                        host_networks = false
                        root  = "no"
                        root  = false
                        users = ["1000-", "x"]
                        groups "x" {}
                        image_sources = ["redis"]
                        """))
                .isInstanceOf(JobFileException.class)
                .satisfies(failure -> assertThat(failure.getMessage().lines())
                        .allMatch(line -> line.startsWith(dir.resolve("restrictions.hcl") + ":"))
                        .extracting(line -> line.substring(
                                dir.resolve("restrictions.hcl").toString().length() + 1))
                        .satisfiesExactly(
                                line -> assertThat(line).startsWith("2:15: allow must be a list"),
                                line -> assertThat(line).startsWith("5:1: ").contains("host_network"),
                                line -> assertThat(line).startsWith("6:9: root must be true or false, not \"no\""),
                                line -> assertThat(line).startsWith("7:1: a second root; the first is on line 6"),
                                line -> assertThat(line)
                                        .startsWith("8:10: \"1000-\" in users is no number and no range"),
                                line -> assertThat(line).startsWith("9:1: groups is no block"),
                                line -> assertThat(line)
                                        .startsWith(" host_volumes.read_only[0]: \"etc\" is no absolute path"),
                                line -> assertThat(line).startsWith(" host_volumes.read_only[1]: \"/srv/**\" has **"),
                                line -> assertThat(line)
                                        .startsWith(" image_sources.allow[0]: \"redis\" is no source")));
    }

    @Test
    void a_file_that_is_missing_or_no_hcl_is_named() {
        assertThatThrownBy(() -> RestrictionFiles.read(dir.resolve("none")))
                .hasMessage(dir.resolve("none") + ": there is no such file: check the path");
        assertThatThrownBy(() -> read("host_volumes {")).hasMessageContaining("restrictions.hcl:1:");
    }

    private NodeRestrictions read(String text) throws IOException {
        return RestrictionFiles.read(Files.writeString(dir.resolve("restrictions.hcl"), text));
    }
}
