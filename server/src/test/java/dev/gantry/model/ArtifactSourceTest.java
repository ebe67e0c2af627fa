package dev.gantry.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.model.ArtifactSource.Archive;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactSourceTest {

    private static final String SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

    @ParameterizedTest
    @CsvSource({
        "https://example.com/a/b.bin, https://example.com/a/b.bin, ''",
        "HTTPS://example.com/a, https://example.com/a, ''",
        "git::https://example.com/a/b.git, git::https://example.com/a/b.git, ''",
        "git::https://example.com/a/b.git//sub/dir?ref=v1, git::https://example.com/a/b.git, sub/dir",
        "https://example.com/a.tar.gz//one, https://example.com/a.tar.gz, one",
        "github.com/hashicorp/go-getter, git::https://github.com/hashicorp/go-getter.git, ''",
        "github.com/hashicorp/go-getter//testdata, git::https://github.com/hashicorp/go-getter.git, testdata",
        "git::gitlab.com/a/b.git?ref=x, git::https://gitlab.com/a/b.git, ''",
        "file:///srv/a, file:///srv/a, ''",
        "git::file:///srv/a//b, git::file:///srv/a, b",
    })
    void a_source_is_read_as_go_getter_does(String source, String place, String inside) throws Exception {
        ArtifactSource read = ArtifactSource.parse(source, Map.of());

        assertThat(read.place()).isEqualTo(place);
        assertThat(read.inside()).isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource({
        "a.tar.gz, TAR_GZ",
        "a.tgz, TAR_GZ",
        "a.tar.bz2, TAR_BZ2",
        "a.tbz2, TAR_BZ2",
        "a.tar.xz, TAR_XZ",
        "a.txz, TAR_XZ",
        "a.tar, TAR",
        "a.zip, ZIP",
        "a.gz, GZ",
        "a.bz2, BZ2",
        "a.xz, XZ",
        "a.bin, ",
        "tar, ",
        "a.zip?archive=false, ",
        "a.bin?archive=zip, ZIP",
        "a.zip?x=1, ZIP",
        "a.zip?archive=tar.gz, TAR_GZ"
    })
    void the_end_of_the_path_tells_the_format_unless_an_option_does(String name, Archive format) throws Exception {
        assertThat(ArtifactSource.parse("https://example.com/" + name, Map.of()).archive())
                .isEqualTo(Optional.ofNullable(format));
    }

    @Test
    void options_stand_in_the_query_or_beside_it_and_others_go_to_the_server() throws Exception {
        ArtifactSource read = ArtifactSource.parse(
                "https://example.com/a?x=1&checksum=sha1:" + SHA1, Map.of("filename", "b", "version", "2 3"));

        assertThat(read.uri()).hasToString("https://example.com/a?x=1&version=2%203");
        assertThat(read.checksum()).contains(new ArtifactChecksum("sha1", SHA1));
        assertThat(read.filename()).contains("b");
    }

    @Test
    void a_checksum_without_a_type_is_known_by_its_length() {
        assertThat(ArtifactChecksum.parse(SHA1)).contains(new ArtifactChecksum("sha1", SHA1));
        assertThat(ArtifactChecksum.parse("sha256:" + SHA1)).isEmpty();
        assertThat(ArtifactChecksum.parse("md5:d41d8cd98f00b204e9800998ecf8427z"))
                .isEmpty();
        assertThat(ArtifactChecksum.parse("file:https://example.com/SHA256SUMS"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com/a",
                "./a",
                "/srv/a",
                "s3::https://s3.amazonaws.com/b/a",
                "hg::https://example.com/a",
                "git@github.com:a/b.git",
                "git::ssh://git@example.com/a/b",
                "git::--upload-pack=touch",
                "git::ext::sh",
                "git::git://example.com/a",
                "https://user:hidden@example.com/a",
                "https:///a",
                "https://example.com/a b",
                "https://example.com/a//b",
                "https://example.com/a.zip//../b",
                "https://example.com/a.zip//*",
                "https://example.com/a#b",
                "file://host/a",
                "git::https://example.com/a?x=1",
            })
    void what_is_no_source_is_refused_without_its_value(String source) {
        assertThatThrownBy(() -> ArtifactSource.parse(source, Map.of()))
                .isInstanceOf(ArtifactSource.InvalidException.class)
                .message()
                .doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.com/a, checksum, x",
        "https://example.com/a, archive, rar",
        "https://example.com/a, filename, a/b",
        "https://example.com/a, filename, ..",
        "https://example.com/a, aws_access_key_id, x",
        "git::https://example.com/a, sshkey, x",
        "git::https://example.com/a, ref, --upload-pack=x",
        "git::https://example.com/a, ref, a..b",
        "git::https://example.com/a, depth, 0",
        "git::https://example.com/a, checksum, d41d8cd98f00b204e9800998ecf8427e",
        "git::https://example.com/a, version, 1",
        "https://example.com/a?archive=zip, archive, zip",
    })
    void an_option_at_fault_is_named(String source, String option, String value) {
        assertThatThrownBy(() -> ArtifactSource.parse(source, Map.of(option, value)))
                .isInstanceOfSatisfying(
                        ArtifactSource.InvalidException.class,
                        fault -> assertThat(fault.option()).contains(option));
    }
}
