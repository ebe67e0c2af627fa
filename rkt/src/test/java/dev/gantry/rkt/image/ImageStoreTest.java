package dev.gantry.rkt.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.rkt.AciBuilder;
import dev.gantry.rkt.RktException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class ImageStoreTest {

    @TempDir
    Path directory;

    private Path outside;
    private ImageStore store;

    @BeforeAll
    static void need_root() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "files of images can only be made by root: skipped");
    }

    @BeforeEach
    void open() throws IOException {
        outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "untouched");
        store = new ImageStore(directory.resolve("data"));
    }

    @Test
    void an_image_has_one_id_however_it_is_compressed() throws Exception {
        byte[] tar = small().bytes();
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        ByteArrayOutputStream bzip2 = new ByteArrayOutputStream();
        ByteArrayOutputStream xz = new ByteArrayOutputStream();
        write(new GZIPOutputStream(gzip), tar);
        write(new BZip2CompressorOutputStream(bzip2), tar);
        write(new XZOutputStream(xz, new LZMA2Options()), tar);

        String id = add(tar).id();

        assertThat(id).matches("sha512-[0-9a-f]{128}");
        assertThat(add(gzip.toByteArray()).id()).isEqualTo(id);
        assertThat(add(bzip2.toByteArray()).id()).isEqualTo(id);
        assertThat(add(xz.toByteArray()).id()).isEqualTo(id);
        assertThat(store.all()).hasSize(1);
        assertThat(directory.resolve("data/cas/tmp")).isEmptyDirectory();
    }

    @Test
    void files_keep_their_owner_mode_and_links() throws Exception {
        AciBuilder builder = small().directory("rootfs/bin", entry -> entry.setMode(0751))
                .file("rootfs/bin/su", "x".getBytes(StandardCharsets.UTF_8), entry -> {
                    entry.setMode(04755);
                    entry.setUserId(12);
                    entry.setGroupId(34);
                })
                .hardLink("rootfs/bin/su2", "rootfs/bin/su")
                .symbolicLink("rootfs/sh", "/bin/su")
                .symbolicLink("rootfs/usr", "bin")
                .file("rootfs/usr/through-a-link", "y");

        Path rootfs = add(builder.bytes()).rootfs();

        assertThat(Files.getAttribute(rootfs.resolve("bin"), "unix:mode")).isEqualTo(040751);
        assertThat(Files.readAttributes(rootfs.resolve("bin/su"), "unix:uid,gid,mode"))
                .containsEntry("uid", 12)
                .containsEntry("gid", 34)
                .containsEntry("mode", 0104755);
        assertThat(Files.getAttribute(rootfs.resolve("bin/su2"), "unix:ino"))
                .isEqualTo(Files.getAttribute(rootfs.resolve("bin/su"), "unix:ino"));
        assertThat(Files.readSymbolicLink(rootfs.resolve("sh"))).hasToString("/bin/su");
        assertThat(rootfs.resolve("bin/through-a-link")).hasContent("y");
    }

    @Test
    void a_link_of_the_image_is_followed_within_it_as_the_app_would() throws Exception {
        AciBuilder builder =
                small().symbolicLink("rootfs/escape", outside.toString()).file("rootfs/escape/precious", "overwritten");

        StoredImage image = add(builder.bytes());

        assertThat(image.rootfs().resolve(outside.toString().substring(1)).resolve("precious"))
                .hasContent("overwritten");
        assertThat(outside.resolve("precious")).hasContent("untouched");
    }

    @Test
    void a_link_that_climbs_above_the_root_leads_where_it_does_for_the_app() throws Exception {
        String above = "../".repeat(30);
        AciBuilder builder = small().symbolicLink("rootfs/usr/lib/bb", above + "bin/busybox")
                .file("rootfs/bin/busybox", "program")
                .symbolicLink("rootfs/a/out", above + outside.toString().substring(1))
                .file("rootfs/a/out/precious", "overwritten")
                .directory("rootfs/a/out/made", entry -> entry.setMode(0700))
                .symbolicLink("rootfs/a/out/link", above)
                .hardLink("rootfs/a/out/link/hard", "rootfs/bin/busybox")
                .symbolicLink("rootfs/up", "..")
                .file("rootfs/up/up/at-the-root", "x");

        Path rootfs = add(builder.bytes()).rootfs();

        assertThat(Files.readSymbolicLink(rootfs.resolve("usr/lib/bb"))).hasToString(above + "bin/busybox");
        assertThat(rootfs.resolve(outside.toString().substring(1)).resolve("precious"))
                .hasContent("overwritten");
        assertThat(rootfs.resolve("hard")).hasContent("program");
        assertThat(rootfs.resolve("at-the-root")).hasContent("x");
        assertThat(outside.resolve("precious")).hasContent("untouched");
        assertThat(outside.resolve("made")).doesNotExist();
    }

    @Test
    void devices_and_pipes_of_dev_are_left_out_and_told() throws Exception {
        List<String> notes = new ArrayList<>();
        store = new ImageStore(directory.resolve("data"), ImageLimits.DEFAULT, notes::add);
        AciBuilder builder = small().file("rootfs/dev/console", "replaced")
                .special("rootfs/dev/null", TarConstants.LF_CHR, entry -> {})
                .special("rootfs/dev/console", TarConstants.LF_CHR, entry -> {})
                .special("rootfs/./dev//initctl", TarConstants.LF_FIFO, entry -> {})
                .hardLink("rootfs/dev/zero", "rootfs/dev/null")
                .file("rootfs/dev/kept", "kept");

        Path rootfs = add(builder.bytes()).rootfs();

        assertThat(rootfs.resolve("dev").toFile().list()).containsExactly("kept");
        assertThat(notes)
                .containsExactly(
                        "image \"example.com/small:1.0.0\": 4 devices and pipes of its /dev are left out, such as"
                                + " \"dev/null\": pods have a /dev of their own");
        add(builder.bytes());
        assertThat(notes).as("told when it is stored").hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostileImages")
    void a_hostile_image_is_refused_and_leaves_nothing(String name, UnaryOperator<AciBuilder> hostility)
            throws Exception {
        Map<String, String> before = contents(directory);

        assertThatThrownBy(() -> add(hostility.apply(small()).bytes())).isInstanceOf(RktException.class);

        Map<String, String> after = contents(directory);
        after.keySet().removeIf(path -> path.matches("data(/cas(/(tmp|images|locks(/.*)?))?)?"));
        assertThat(after).isEqualTo(before);
    }

    static Stream<Arguments> hostileImages() {
        return Stream.of(
                hostile("absolute path", aci -> aci.file("/rootfs/x", "x")),
                hostile("path that climbs", aci -> aci.file("rootfs/../../outside/precious", "x")),
                hostile("path outside of rootfs", aci -> aci.file("elsewhere", "x")),
                hostile("link to nowhere", aci -> aci.symbolicLink("rootfs/a/l", "")),
                hostile(
                        "hard link through a link that climbs",
                        aci -> aci.symbolicLink("rootfs/up", "../../../../../../../../../../../../../../..")
                                .hardLink("rootfs/l", "rootfs/up/etc/passwd")),
                hostile(
                        "hard link to a device",
                        aci -> aci.special("rootfs/dev/null", TarConstants.LF_CHR, entry -> {})
                                .hardLink("rootfs/l", "rootfs/dev/null")),
                hostile("hard link outside", aci -> aci.hardLink("rootfs/l", "../outside/precious")),
                hostile("hard link to an absolute path", aci -> aci.hardLink("rootfs/l", "/etc/passwd")),
                hostile(
                        "hard link to a link",
                        aci -> aci.symbolicLink("rootfs/s", "/etc/passwd").hardLink("rootfs/l", "rootfs/s")),
                hostile("hard link to the manifest", aci -> aci.hardLink("rootfs/l", "manifest")),
                hostile("character device", aci -> aci.special("rootfs/d", TarConstants.LF_CHR, entry -> {})),
                hostile("block device", aci -> aci.special("rootfs/d", TarConstants.LF_BLK, entry -> {})),
                hostile(
                        "device in what only begins like /dev",
                        aci -> aci.special("rootfs/dev2/d", TarConstants.LF_CHR, entry -> {})),
                hostile("device in place of /dev", aci -> aci.special("rootfs/dev", TarConstants.LF_CHR, entry -> {})),
                hostile("pipe", aci -> aci.special("rootfs/p", TarConstants.LF_FIFO, entry -> {})),
                hostile("two manifests", aci -> aci.app("again", "\"user\":\"0\",\"group\":\"0\"")),
                hostile(
                        "links that go round",
                        aci -> aci.symbolicLink("rootfs/a", "b")
                                .symbolicLink("rootfs/b", "a")
                                .file("rootfs/a/x", "x")),
                hostile("file as a directory", aci -> aci.file("rootfs/f", "x").file("rootfs/f/x", "x")),
                hostile(
                        "directory as a file",
                        aci -> aci.directory("rootfs/d", entry -> {}).file("rootfs/d", "x")),
                hostile("rootfs as a link", aci -> aci.symbolicLink("rootfs", "/")),
                hostile("name beyond what a file can have", aci -> aci.file("rootfs/" + "x".repeat(256), "x")),
                hostile("path beyond what a file can have", aci -> aci.file("rootfs" + "/xxxxxxx".repeat(500), "x")),
                hostile("link beyond what a link can have", aci -> aci.symbolicLink("rootfs/l", "x/".repeat(3000))),
                hostile(
                        "owner that no file can have",
                        aci -> aci.file("rootfs/f", new byte[0], entry -> entry.setUserId(0xFFFF_FFFFL))),
                hostile(
                        "header that fills the memory",
                        aci -> aci.file(
                                "rootfs/f", new byte[0], entry -> entry.addPaxHeader("comment", "x".repeat(600_000)))),
                hostile("manifest in other letters", aci -> aci.file("MANIFEST", "{}")),
                hostile(
                        "path that climbs in a pax header",
                        aci -> aci.pax("path=rootfs/../../outside/x").file("rootfs/f", "x")),
                hostile(
                        "size that is none in a pax header",
                        aci -> aci.pax("size=-5").file("rootfs/f", "x")),
                hostile(
                        "time that is none in a pax header",
                        aci -> aci.pax("mtime=x").file("rootfs/f", "x")),
                hostile(
                        "file of ten gigabytes of nothing",
                        aci -> aci.pax(
                                        "GNU.sparse.major=1",
                                        "GNU.sparse.minor=0",
                                        "GNU.sparse.name=rootfs/f",
                                        "GNU.sparse.realsize=10737418240")
                                .file("rootfs/f", "1\n10737418240\n0\n" + "\0".repeat(496))),
                hostile(
                        "manifest of nested lists without end",
                        aci -> new AciBuilder().file("manifest", "[".repeat(1 << 20))),
                hostile("manifest of megabytes", aci -> new AciBuilder().file("manifest", " ".repeat((4 << 20) + 1))),
                hostile("no manifest", aci -> new AciBuilder().directory("rootfs", entry -> {})),
                hostile("manifest that is none", aci -> new AciBuilder().file("manifest", "{}")));
    }

    @Test
    void what_is_no_archive_is_refused() {
        assertThatThrownBy(() -> add("hello, world".repeat(100).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfAny(IOException.class, RktException.class);
        assertThatThrownBy(() -> add(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0})).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> add(new byte[0])).isInstanceOf(RktException.class);
        assertThat(directory.resolve("data/cas/tmp")).isEmptyDirectory();
    }

    @Test
    void files_beyond_the_limit_are_refused_before_they_are_written() throws Exception {
        Path tar = small().file("rootfs/big", "x".repeat(2000)).write(directory.resolve("big.aci"));
        Path rootfs = Files.createDirectory(directory.resolve("rootfs"));

        assertThatThrownBy(
                        () -> new AciExtractor(rootfs, new ImageLimits(1000, 200, 100), Files.size(tar)).extract(tar))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("more than 1000 bytes");
        assertThat(rootfs.resolve("big")).doesNotExist();
    }

    @Test
    void a_decompression_bomb_is_refused_before_it_is_written() throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bomb)) {
            byte[] nothing = new byte[1 << 20];
            for (int i = 0; i < 80; i++) {
                gzip.write(nothing);
            }
        }

        assertThatThrownBy(() -> add(bomb.toByteArray()))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("more than 200 times the bytes of its source");
        assertThat(directory.resolve("data/cas/tmp")).isEmptyDirectory();
    }

    @Test
    void more_entries_than_allowed_are_refused() throws Exception {
        byte[] tar = small().file("rootfs/a", "x").file("rootfs/b", "x").bytes();
        ImageStore strict = new ImageStore(directory.resolve("strict"), new ImageLimits(1 << 20, 200, 3));

        assertThatThrownBy(() -> strict.add(new ByteArrayInputStream(tar)))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("more than 3 entries; RKT_IMAGE_MAX_ENTRIES allows more");
    }

    @Test
    void limits_are_what_the_variables_say() throws Exception {
        assertThat(ImageLimits.of(Map.of())).isEqualTo(ImageLimits.DEFAULT);
        assertThat(ImageLimits.of(Map.of(
                        "RKT_IMAGE_MAX_BYTES", "1",
                        "RKT_IMAGE_MAX_EXPANSION", "2",
                        "RKT_IMAGE_MAX_ENTRIES", "3")))
                .isEqualTo(new ImageLimits(1, 2, 3));
        assertThatThrownBy(() -> ImageLimits.of(Map.of("RKT_IMAGE_MAX_BYTES", "16G")))
                .isInstanceOf(RktException.class)
                .hasMessage("RKT_IMAGE_MAX_BYTES=16G is no positive number");
    }

    @Test
    void an_image_is_found_by_id_and_by_name() throws Exception {
        StoredImage image = add(small().bytes());

        assertThat(store.find(image.id())).contains(image);
        assertThat(store.find(image.id().substring(0, 15))).contains(image);
        assertThat(store.find("sha512-ffff0000")).isEmpty();
        assertThat(store.find("example.com/small", Map.of())).contains(image);
        assertThat(store.find("example.com/small", Map.of("version", "1.0.0"))).contains(image);
        assertThat(store.find("example.com/small", Map.of("version", "2"))).isEmpty();
        assertThatThrownBy(() -> store.find("sha512-../..")).isInstanceOf(RktException.class);
    }

    private StoredImage add(byte[] archive) throws IOException, RktException {
        return store.add(new ByteArrayInputStream(archive));
    }

    private static AciBuilder small() {
        return new AciBuilder()
                .app("small", "\"exec\":[\"/x\"],\"user\":\"0\",\"group\":\"0\"")
                .directory("rootfs", entry -> entry.setMode(0755));
    }

    private static Arguments hostile(String name, UnaryOperator<AciBuilder> hostility) {
        return Arguments.of(name, hostility);
    }

    private static void write(OutputStream out, byte[] bytes) throws IOException {
        try (out) {
            out.write(bytes);
        }
    }

    private static Map<String, String> contents(Path root) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root, new FileVisitOption[0])) {
            for (Path path : (Iterable<Path>) paths.filter(found -> !found.equals(root))::iterator) {
                boolean isFile = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
                contents.put(root.relativize(path).toString(), isFile ? Files.readString(path) : "");
            }
        }
        return contents;
    }
}
