package dev.gantry.rkt.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.rkt.RktException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {

    @Test
    void a_hash_identifies_one_content_from_32_digits_on() throws Exception {
        ImageReference.Hash shorter = (ImageReference.Hash) ImageReference.parse("sha512-" + "0".repeat(31));
        ImageReference.Hash longer = (ImageReference.Hash) ImageReference.parse("sha512-" + "0".repeat(32));

        assertThat(shorter.isUnmistakable()).isFalse();
        assertThat(longer.isUnmistakable()).isTrue();
        assertThat(ImageReference.parse("sha512-0")).isInstanceOf(ImageReference.Name.class);
    }

    @Test
    void a_url_is_told_by_its_scheme() throws Exception {
        assertThat(ImageReference.parse("HTTPS://example.com/a.aci"))
                .isEqualTo(
                        new ImageReference.Url("HTTPS://example.com/a.aci", URI.create("HTTPS://example.com/a.aci")));
        assertThat(ImageReference.parse("docker://busybox"))
                .isEqualTo(new ImageReference.Docker("docker://busybox", DockerReference.parse("docker://busybox")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/absolute", "./relative", "../above", "image.aci", "dir/./x"})
    void a_path_is_a_file_whether_it_exists_or_not(String path) throws Exception {
        assertThat(ImageReference.parse(path)).isEqualTo(new ImageReference.LocalFile(path, Path.of(path)));
    }

    @Test
    void a_text_that_could_be_a_name_is_a_file_if_there_is_such_a_file(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("name"));
        String relative = Path.of("").toAbsolutePath().relativize(file).toString();

        assertThat(ImageReference.parse(relative)).isInstanceOf(ImageReference.LocalFile.class);
        assertThat(ImageReference.parse("file://" + file))
                .isEqualTo(new ImageReference.LocalFile("file://" + file, file));
    }

    @Test
    void a_name_has_a_version_and_labels() throws Exception {
        assertThat(ImageReference.parse("example.com/app:1.0,os=linux"))
                .isEqualTo(new ImageReference.Name(
                        "example.com/app:1.0,os=linux", "example.com/app", Map.of("version", "1.0", "os", "linux")));
        assertThat(ImageReference.parse("x:1.0.aci")).isInstanceOf(ImageReference.Name.class);
        assertThat(ImageReference.parseStored("image.aci")).isInstanceOf(ImageReference.Name.class);
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.com/a, expected a URL that ends in .aci",
        "https:a.aci, expected a URL that ends in .aci",
        "http://[/a.aci, failed to parse image url",
        "file:relative, expected file:///PATH",
        "docker://UPPER, expected docker://[REGISTRY/]NAME[:TAG][@DIGEST]",
        "'name,os', bad label \"os\"",
        "'name,os=a,os=b', bad label \"os=b\"",
        "Name, is no AC Identifier",
    })
    void a_text_that_is_no_reference_is_refused(String text, String message) {
        assertThatThrownBy(() -> ImageReference.parse(text))
                .isInstanceOf(RktException.class)
                .hasMessageContaining(message);
    }
}
