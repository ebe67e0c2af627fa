package dev.gantry.rkt.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.rkt.AciBuilder;
import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaxAttributesTest {

    private static final byte[] NOTE = {'n', (byte) 0x80, 0, '\n', '='};

    @TempDir
    Path directory;

    /** GNU tar stores a file with holes in three ways; in each, entries after it must be found. */
    @ParameterizedTest
    @ValueSource(strings = {"--sparse-version=0.0", "--sparse-version=0.1", "--sparse-version=1.0"})
    void entries_of_a_real_archive_have_their_attributes(String version) throws Exception {
        String deep = "d".repeat(150);
        for (String name : List.of("first", deep, "sparse", "z-last")) {
            Files.writeString(directory.resolve(name), name);
        }
        try (RandomAccessFile sparse =
                new RandomAccessFile(directory.resolve("sparse").toFile(), "rw")) {
            for (int part = 0; part < 40; part++) {
                sparse.seek((long) part << 20);
                sparse.write(part);
            }
        }
        for (String name : List.of(deep, "sparse", "z-last")) {
            ExtendedAttributes.set(directory.resolve(name), Map.of("user.note", NOTE));
        }
        Path archive = directory.resolve("x.tar");
        Process tar = new ProcessBuilder(
                        "tar",
                        "-C",
                        directory.toString(),
                        "--xattrs",
                        "--sparse",
                        version,
                        "--format=posix",
                        "-cf",
                        archive.toString(),
                        "first",
                        deep,
                        "sparse",
                        "z-last")
                .redirectErrorStream(true)
                .start();
        assertThat(tar.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();

        PaxAttributes attributes = PaxAttributes.read(archive);

        assertThat(names(archive)).containsExactly("first", deep, "sparse", "z-last");
        assertThat(attributes.of(0)).isEmpty();
        for (int index = 1; index <= 3; index++) {
            assertThat(attributes.of(index).get("user.note"))
                    .as("entry %d", index)
                    .isEqualTo(NOTE);
        }
    }

    @Test
    void damaged_archives_are_read_as_far_as_they_go() throws Exception {
        byte[] whole = new AciBuilder()
                .attribute("user.note", NOTE)
                .file("rootfs/a", "a")
                .file("rootfs/b", "b")
                .bytes();
        Path archive = directory.resolve("damaged.tar");
        for (int length = 0; length < whole.length; length += 100) {
            Files.write(archive, Arrays.copyOf(whole, length));
            assertThat(PaxAttributes.read(archive).of(1)).isEmpty();
        }
        for (String records : List.of("x", "5", "9999999999 user=1", "3 =", "-1 a=b", "11 size=-50", "0 a=b\n")) {
            Files.write(archive, withHeader(records));
            assertThat(PaxAttributes.read(archive).of(0)).isEmpty();
        }
    }

    @Test
    void attributes_that_would_fill_the_memory_are_refused() throws Exception {
        AciBuilder many = new AciBuilder();
        for (int i = 0; i < 40; i++) {
            many.attribute("user.note", new byte[500_000]).file("rootfs/" + i, "x");
        }
        Path archive = many.write(directory.resolve("many.tar"));

        assertThatThrownBy(() -> PaxAttributes.read(archive))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("extended attributes hold more than");
    }

    private static List<String> names(Path archive) throws IOException {
        List<String> names = new ArrayList<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(Files.newInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        return names;
    }

    /** An archive whose first entry is a pax header of that text. */
    private static byte[] withHeader(String records) throws IOException {
        byte[] archive =
                new AciBuilder().pax("comment=0123456789").file("rootfs/a", "a").bytes();
        byte[] text = records.getBytes(StandardCharsets.UTF_8);
        Arrays.fill(archive, 512, 1024, (byte) 0);
        System.arraycopy(text, 0, archive, 512, text.length);
        return archive;
    }
}
