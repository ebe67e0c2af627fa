package dev.gantry.node.artifact;

import static dev.gantry.node.artifact.ArtifactsFixture.SMALL;
import static dev.gantry.node.artifact.ArtifactsFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.v1.ArtifactMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;

/** Tests that archives are unpacked, and that hostile ones write nothing outside. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ArchiveArtifactsTest {

    /** Writes one entry. */
    private interface Part {

        void write(TarArchiveOutputStream tar) throws IOException;
    }

    @TempDir
    Path dir;

    private Path source;
    private ArtifactsFixture fixture;
    private Artifacts artifacts;

    @BeforeEach
    void start() throws Exception {
        source = Files.createDirectory(dir.resolve("source")).toRealPath();
        fixture = new ArtifactsFixture(dir);
        artifacts = fixture.artifacts(
                SMALL.with(List.of(source), Optional.empty(), SMALL.maxBytes(), SMALL.cacheBytes()), "file:///");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tar.xz"})
    void archives_of_tar_are_unpacked(String name) throws Exception {
        unpack(name, tar(file("bin/run", 0755, "#!/bin/sh"), file("data", 0600, "1"), link("bin/start", "run")));

        assertThat(fixture.local("bin/run")).hasContent("#!/bin/sh");
        assertThat(modes("bin/run", "data", "bin")).containsExactly("rwxr-xr-x", "rw-r--r--", "rwxr-xr-x");
        assertThat(Files.readSymbolicLink(fixture.local("bin/start"))).hasToString("run");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar.gz", "tar.bz2", "tar.xz", "zip", "gz", "bz2", "xz"})
    void an_empty_archive_is_refused_in_words(String format) throws Exception {
        Path file = Files.createFile(source.resolve("a." + format));

        assertThatThrownBy(() -> artifacts.fetch(request("file://" + file), fixture.task, ArtifactsFixture::nobody))
                .isInstanceOf(ArtifactException.class)
                .message()
                .matches("(?s).*(can't be unpacked|can't be decompressed): [A-Za-z].*")
                .doesNotEndWith("null");
    }

    @Test
    void archives_of_zip_are_unpacked_with_programs_and_links() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
            add(zip, "bin/", 040755, "");
            add(zip, "bin/run", 0100755, "#!/bin/sh");
            add(zip, "data", 0100640, "1");
            add(zip, "bin/start", 0120777, "run");
        }

        unpack("a.zip", bytes.toByteArray());

        assertThat(fixture.local("bin/run")).hasContent("#!/bin/sh");
        assertThat(modes("bin/run", "data")).containsExactly("rwxr-xr-x", "rw-r--r--");
        assertThat(Files.readSymbolicLink(fixture.local("bin/start"))).hasToString("run");
    }

    @Test
    void a_single_compressed_file_gets_its_name_without_the_ending() throws Exception {
        unpack("a.txt.gz", "hello".getBytes(StandardCharsets.UTF_8));

        assertThat(fixture.local("a.txt")).hasContent("hello");
    }

    @Test
    void an_archive_is_joined_with_what_is_there() throws Exception {
        Files.createDirectory(fixture.local("data"));
        Files.writeString(fixture.local("data/own"), "task");
        Files.createSymbolicLink(fixture.local("lib"), dir);

        unpack("a.tar", tar(file("data/new", 0644, "1"), file("lib/x", 0644, "2")));

        assertThat(fixture.local("data/own")).hasContent("task");
        assertThat(fixture.local("data/new")).hasContent("1");
        assertThat(fixture.local("lib/x")).hasContent("2");
        assertThat(dir.resolve("x")).doesNotExist();
    }

    @Test
    void a_part_of_an_archive_is_taken_alone() throws Exception {
        Path archive = write("a.tar", tar(file("top/one/a", 0644, "1"), file("top/two/b", 0644, "2")));

        fetch(request(url(archive) + "//top/one"));
        fetch(request(url(archive) + "//top/two/b", "local/c", ArtifactMode.ARTIFACT_MODE_FILE, Map.of(), Map.of()));

        assertThat(fixture.local("a")).hasContent("1");
        assertThat(fixture.local("c")).hasContent("2");
        assertThat(fixture.local("top")).doesNotExist();
        assertThatThrownBy(() -> fetch(request(url(archive) + "//missing")))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("it has no \"missing\"");
    }

    @Test
    void an_archive_stays_packed_if_the_option_says_so_and_mode_file_needs_one_file() throws Exception {
        Path archive = write("a.tar", tar(file("a", 0644, "1"), file("b", 0644, "2")));

        fetch(request(url(archive), Map.of("archive", "false")));

        assertThat(fixture.local("a.tar")).isRegularFile();
        assertThatThrownBy(() ->
                        fetch(request(url(archive), "local/x", ArtifactMode.ARTIFACT_MODE_FILE, Map.of(), Map.of())))
                .hasMessageContaining("it has not one file only");
        assertThatThrownBy(() -> fetch(request(
                        url(archive), "", ArtifactMode.ARTIFACT_MODE_DIR, Map.of("archive", "false"), Map.of())))
                .hasMessageContaining("it is no archive");
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                Arguments.of("it has a path that is absolute", List.of(file("/etc/x", 0644, "1"))),
                Arguments.of("has .. or", List.of(file("../x", 0644, "1"))),
                Arguments.of("has .. or", List.of(file("a/../../x", 0644, "1"))),
                Arguments.of("a path through a link", List.of(link("a", ".."), file("a/x", 0644, "1"))),
                Arguments.of("a link to an absolute path", List.of(link("a", "/etc/passwd"))),
                Arguments.of("a link that leads out of it", List.of(link("a", "../x"))),
                Arguments.of(
                        "a link that leads out of it",
                        List.of(link("d/up", ".."), file("d/f", 0644, ""), link("b", "d/up/../x"))),
                Arguments.of("a link that leads in a circle", List.of(link("a", "b"), link("b", "a"))),
                Arguments.of("no earlier file", List.of(hardLink("a", "local/x"))),
                Arguments.of("no earlier file", List.of(link("l", "x"), hardLink("a", "l"))),
                Arguments.of("is absolute", List.of(hardLink("a", "../../../../etc/passwd"))),
                Arguments.of("a device or a pipe", List.of(special("null", TarConstants.LF_CHR))),
                Arguments.of("a device or a pipe", List.of(special("sda", TarConstants.LF_BLK))),
                Arguments.of("a device or a pipe", List.of(special("pipe", TarConstants.LF_FIFO))),
                Arguments.of("both as a directory", List.of(file("a/b", 0644, ""), file("a", 0644, ""))),
                Arguments.of("too long or deep", List.of(file("d/".repeat(101) + "f", 0644, ""))),
                Arguments.of("excessive header", List.of(longName(2 << 20))),
                Arguments.of(
                        "more than 100 files",
                        Stream.iterate(0, i -> i + 1)
                                .limit(101)
                                .map(i -> file("f" + i, 0644, ""))
                                .toList()),
                Arguments.of(
                        "more than 100 files",
                        Stream.iterate(0, i -> i + 1)
                                .limit(60)
                                .map(i -> file("d" + i + "/f", 0644, ""))
                                .toList()),
                Arguments.of("more than 4194304 bytes", List.of(file("zeros", 0644, "\0".repeat(5 << 20)))));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void a_hostile_archive_is_refused_and_leaves_nothing(String why, List<Part> parts) throws Exception {
        Path archive = write("a.tar.gz", tar(parts.toArray(new Part[0])));

        assertThatThrownBy(() -> fetch(request(url(archive))))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining(why);
        assertThat(fixture.task.local()).isEmptyDirectory();
        assertThat(fixture.task.artifacts().resolve("main")).doesNotExist();
        assertThat(dir.resolve("x")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/x", "a/../../x", "a\\..\\x"})
    void a_zip_file_writes_nothing_outside(String name) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
            add(zip, "y".repeat(name.length()), 0100644, "1");
        }
        String text =
                new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1).replace("y".repeat(name.length()), name);
        Path archive = write("a.zip", text.getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> fetch(request(url(archive)))).isInstanceOf(ArtifactException.class);
        assertThat(fixture.task.local()).isEmptyDirectory();
    }

    @Test
    void a_zip_file_of_zeros_or_with_a_huge_directory_is_refused() throws Exception {
        ByteArrayOutputStream zeros = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(zeros)) {
            add(zip, "zeros", 0100644, "\0".repeat(5 << 20));
        }
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(many)) {
            for (int i = 0; i < 300; i++) {
                add(zip, i + "n".repeat(60_000), 0100644, "");
            }
        }

        assertThatThrownBy(() -> fetch(request(url(write("a.zip", zeros.toByteArray())))))
                .hasMessageContaining("more than 4194304 bytes");
        Artifacts large =
                fixture.artifacts(SMALL.with(List.of(source), Optional.empty(), 1L << 30, 1 << 20), "file:///");
        Path second = write("b.zip", many.toByteArray());
        assertThatThrownBy(() -> large.fetch(request(url(second)), fixture.task, ArtifactsFixture::nobody))
                .hasMessageContaining("too many entries, or too long names");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.tar", "a.tar.gz", "a.tar.bz2", "a.tar.xz", "a.zip", "a.gz", "a.bz2", "a.xz"})
    void a_damaged_archive_is_refused(String name) throws Exception {
        byte[] noise = new byte[4000];
        new Random(1).nextBytes(noise);
        Path archive = Files.write(source.resolve(name), noise);

        assertThatThrownBy(() -> fetch(request(url(archive)))).isInstanceOf(ArtifactException.class);
        assertThat(fixture.task.local()).isEmptyDirectory();
    }

    @Test
    void the_bits_for_users_and_groups_are_left_out() throws Exception {
        unpack("a.tar", tar(file("run", 06755, "1"), file("open", 0666, "1")));

        assertThat((int) Files.getAttribute(fixture.local("run"), "unix:mode") & 07777)
                .isEqualTo(0755);
        assertThat((int) Files.getAttribute(fixture.local("open"), "unix:mode") & 07777)
                .isEqualTo(0644);
    }

    private void unpack(String name, byte[] content) throws Exception {
        fetch(request(url(write(name, content))));
    }

    private void fetch(ArtifactRequest request) throws Exception {
        artifacts.fetch(request, fixture.task, ArtifactsFixture::nobody);
    }

    /** Writes a file into the directory of sources, compressed as its name says. */
    private Path write(String name, byte[] content) throws IOException {
        Path file = source.resolve(name);
        OutputStream plain = Files.newOutputStream(file);
        try (OutputStream out = name.endsWith("gz")
                ? new GZIPOutputStream(plain)
                : name.endsWith("bz2")
                        ? new BZip2CompressorOutputStream(plain)
                        : name.endsWith("xz") ? xz(plain) : plain) {
            out.write(content);
        }
        return file;
    }

    private static OutputStream xz(OutputStream plain) throws IOException {
        return XZCompressorOutputStream.builder()
                .setOutputStream(plain)
                .setLzma2Options(new LZMA2Options(1))
                .get();
    }

    private static String url(Path file) {
        return "file://" + file;
    }

    private List<String> modes(String... names) throws IOException {
        List<String> modes = new ArrayList<>();
        for (String name : names) {
            modes.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(fixture.local(name))));
        }
        return modes;
    }

    private static byte[] tar(Part... parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            for (Part part : parts) {
                part.write(tar);
            }
        }
        return bytes.toByteArray();
    }

    private static Part file(String name, int mode, String content) {
        return tar -> {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            TarArchiveEntry entry = new TarArchiveEntry(name, true);
            entry.setMode(mode);
            entry.setSize(bytes.length);
            tar.putArchiveEntry(entry);
            tar.write(bytes);
            tar.closeArchiveEntry();
        };
    }

    private static Part link(String name, String target) {
        return entry(name, TarConstants.LF_SYMLINK, target);
    }

    private static Part hardLink(String name, String target) {
        return entry(name, TarConstants.LF_LINK, target);
    }

    private static Part longName(int length) {
        return tar -> {
            TarArchiveEntry entry = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
            entry.setSize(length);
            tar.putArchiveEntry(entry);
            tar.write("n".repeat(length).getBytes(StandardCharsets.UTF_8));
            tar.closeArchiveEntry();
        };
    }

    private static Part special(String name, byte type) {
        return entry(name, type, "");
    }

    private static Part entry(String name, byte type, String target) {
        return tar -> {
            TarArchiveEntry entry = new TarArchiveEntry(name, type);
            entry.setLinkName(target);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        };
    }

    private static void add(ZipArchiveOutputStream zip, String name, int mode, String content) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        entry.setUnixMode(mode);
        zip.putArchiveEntry(entry);
        zip.write(content.getBytes(StandardCharsets.UTF_8));
        zip.closeArchiveEntry();
    }
}
