package dev.gantry.rkt.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.rkt.AciBuilder;
import dev.gantry.rkt.RktException;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OtherFormatTest {

    @TempDir
    Path directory;

    static Stream<Arguments> archives() {
        return Stream.of(
                Arguments.of(
                        "docker archive", "docker-archive:", new String[] {"0123.json", "l/layer.tar", "manifest.json"
                        }),
                Arguments.of("OCI image layout", "oci-archive:", new String[] {"blobs/sha256/0123", "oci-layout"}),
                Arguments.of("OCI image layout", "oci-archive:", new String[] {
                    "index.json", "oci-layout", "blobs/sha256/0123"
                }));
    }

    @ParameterizedTest
    @MethodSource("archives")
    void an_archive_of_another_format_is_refused_by_its_name_with_the_way_out(
            String name, String source, String... paths) throws Exception {
        AciBuilder archive = new AciBuilder();
        for (String path : paths) {
            archive.file(path, "{}");
        }
        ImageStore store = new ImageStore(directory.resolve("data"));

        assertThatThrownBy(() -> store.add(new ByteArrayInputStream(archive.bytes())))
                .isInstanceOf(RktException.class)
                .hasMessageContainingAll(name, "skopeo copy " + source, "docker://HOST:PORT/NAME");
        Path file = Files.write(directory.resolve("image"), archive.bytes());
        assertThatThrownBy(() -> AciManifest.read(file))
                .isInstanceOf(RktException.class)
                .hasMessageContainingAll(name, "skopeo copy " + source);
    }

    @Test
    void a_directory_with_an_image_is_refused_by_its_name_with_the_way_out() throws Exception {
        Path layout = Files.createDirectory(directory.resolve("layout"));
        Files.writeString(layout.resolve("oci-layout"), "{}");

        assertThat(OtherFormat.ofDirectory(layout)).contains(OtherFormat.OCI_DIRECTORY);
        assertThat(OtherFormat.ofDirectory(directory)).isEmpty();
        assertThat(OtherFormat.OCI_DIRECTORY.refusal()).hasMessageContaining("skopeo copy oci:DIR");
    }
}
