package dev.gantry.rkt.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.rkt.AciBuilder;
import dev.gantry.rkt.RktException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Tests hostile and damaged archives: no file outside of the store changes, and the store has no partial image. */
class HostileImagesTest {

    /** Stands for the directory of a try. */
    private static final String HERE = "HERE";

    /** A path from anywhere to the machine's root, then to the file that must not change. */
    private static final String ABOVE = "../".repeat(40) + HERE + "/";

    /** An entry of a random archive. */
    record Entry(int kind, String path, String target) {

        Entry {
            // The library writes no content of an entry whose name ends like a directory's.
            path = path.endsWith("/") ? path + "z" : path;
        }

        void addTo(AciBuilder aci) {
            switch (kind) {
                case 0 -> aci.file(path, "overwritten");
                case 1 -> aci.directory(path, entry -> entry.setMode(0));
                case 2 -> aci.symbolicLink(path, target);
                case 3 -> aci.hardLink(path, target);
                case 4 -> aci.pax("path=" + target).file(path, "overwritten");
                case 5 -> aci.pax("linkpath=" + target).symbolicLink(path, "x");
                case 6 -> aci.special(path, target.isEmpty() ? TarConstants.LF_FIFO : TarConstants.LF_CHR, entry -> {});
                default -> aci.file(path, "x".getBytes(StandardCharsets.UTF_8), entry -> entry.setMode(06777));
            }
        }
    }

    @Property(tries = 150)
    void nothing_outside_of_the_store_changes(
            @ForAll("entries") List<Entry> entries, @ForAll("damages") List<Integer> damages) throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "files of images can only be made by root: skipped");
        Path directory = Files.createTempDirectory("hostile");
        try {
            Files.writeString(
                    Files.createDirectory(directory.resolve("outside")).resolve("precious"), "untouched");
            Map<String, String> before = outside(directory);
            ImageStore store = new ImageStore(directory.resolve("data"), ImageLimits.DEFAULT);
            boolean isStored = add(store, archive(entries, damages, directory));

            if (isStored) {
                useEveryPath(store, entries);
            }
            assertThat(outside(directory)).isEqualTo(before);
            assertThat(directory.resolve("data/cas/tmp")).isEmptyDirectory();
            String[] stored = directory.resolve("data/cas/images").toFile().list();
            assertThat(stored == null ? 0 : stored.length).isEqualTo(isStored ? 1 : 0);
        } finally {
            FileTrees.delete(directory);
        }
    }

    /** Uses the paths of an image in a pod and in a dependent image; they must lead nowhere else. */
    private static void useEveryPath(ImageStore store, List<Entry> entries) throws IOException {
        try {
            StoredImage image = store.all().get(0);
            for (Entry entry : entries) {
                String path = entry.path().replaceFirst("^rootfs/", "");
                Path place = new RootedTree(image.rootfs()).follow("/" + path);
                assertThat(place.normalize()).startsWithRaw(image.rootfs());
                assertThat(Files.notExists(place)
                                || place.toRealPath().startsWith(image.rootfs().toRealPath()))
                        .isTrue();
            }
            try (WorkDirectory work = store.newWork()) {
                Path target = Files.createDirectory(work.path().resolve("rootfs"));
                TreeOverlay overlay = new TreeOverlay(target);
                overlay.add(image.rootfs(), List.of());
                overlay.add(image.rootfs(), List.of());
                overlay.finish();
            }
        } catch (RktException e) {
            assertThat(e.getMessage()).contains("too many symbolic links");
        }
    }

    /** Dangerous paths: a few names, so that paths collide, and parent references. */
    @Provide
    Arbitrary<List<Entry>> entries() {
        Arbitrary<String> part =
                Arbitraries.of("a", "b", "dev", "..", ".", "", "outside", "precious", "\u00e4", "a\u0308", "A");
        Arbitrary<String> path = part.list().ofMinSize(1).ofMaxSize(5).map(parts -> String.join("/", parts));
        Arbitrary<String> place = Combinators.combine(
                        Arbitraries.frequencyOf(
                                Tuple.of(12, Arbitraries.just("rootfs/")),
                                Tuple.of(1, Arbitraries.of("", "/", "../", "Rootfs/", "rootfs/../"))),
                        path)
                .as(String::concat);
        Arbitrary<String> target = Combinators.combine(
                        Arbitraries.of("", "/", "../", "../../../../", ABOVE, "rootfs/", "/proc/self/root/"), path)
                .as(String::concat);
        return Combinators.combine(Arbitraries.integers().between(0, 7), place, target)
                .as(Entry::new)
                .list()
                .ofMaxSize(12);
    }

    /** Mostly none, else places where a bit is flipped. */
    @Provide
    Arbitrary<List<Integer>> damages() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(List.<Integer>of())),
                Tuple.of(
                        1,
                        Arbitraries.integers()
                                .between(0, 1 << 16)
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(4)));
    }

    private static byte[] archive(List<Entry> entries, List<Integer> damages, Path directory) {
        String here = directory.toString().substring(1);
        AciBuilder aci = new AciBuilder().app("x", "\"exec\":[\"/x\"],\"user\":\"0\",\"group\":\"0\"");
        for (Entry entry : entries) {
            new Entry(entry.kind(), entry.path(), entry.target().replace(HERE, here)).addTo(aci);
        }
        byte[] bytes = aci.bytes();
        damages.forEach(at -> bytes[at % bytes.length] ^= (byte) (1 << (at % 8)));
        return bytes;
    }

    private static boolean add(ImageStore store, byte[] archive) {
        try {
            store.add(new ByteArrayInputStream(archive));
            return true;
        } catch (RktException | IOException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
    }

    private static Map<String, String> outside(Path directory) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) paths.filter(p -> !p.startsWith(directory.resolve("data")))::iterator) {
                if (!path.equals(directory)) {
                    boolean isFile = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
                    contents.put(path.toString(), isFile ? Files.readString(path) : "");
                }
            }
        }
        return contents;
    }
}
