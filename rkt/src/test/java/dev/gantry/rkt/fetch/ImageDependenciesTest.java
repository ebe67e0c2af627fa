package dev.gantry.rkt.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.rkt.AciBuilder;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.ImageLimits;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.request.FetchOptions;
import dev.gantry.rkt.request.ImageReference;
import dev.gantry.rkt.request.PullPolicy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDependenciesTest {

    @TempDir
    Path directory;

    private final Map<String, byte[]> published = new HashMap<>();
    private final List<String> discovered = new ArrayList<>();
    private ImageStore store;

    @BeforeAll
    static void need_root() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "files of images can only be made by root: skipped");
    }

    @BeforeEach
    void open() {
        store = new ImageStore(directory, ImageLimits.DEFAULT);
    }

    @Test
    void files_come_from_the_dependencies_in_order_and_from_the_image_last() throws Exception {
        publish(
                "base",
                "",
                aci -> aci.file("rootfs/a", "base")
                        .file("rootfs/b", "base")
                        .file("rootfs/c", "base")
                        .symbolicLink("rootfs/d", "a")
                        .file("rootfs/dir/base", "base"));
        publish(
                "middle",
                dependencies("base"),
                aci -> aci.file("rootfs/b", "middle").file("rootfs/d/x", "middle"));
        publish("second", "", aci -> aci.file("rootfs/c", "second").file("rootfs/dir/second", "second"));

        StoredImage image = run(dependencies("middle", "second"), aci -> aci.file("rootfs/own", "own"));

        assertThat(discovered).containsExactly("example.com/middle", "example.com/base", "example.com/second");
        assertThat(files(image))
                .containsExactlyInAnyOrder(
                        "a=base",
                        "b=middle",
                        "c=second",
                        "d/x=middle",
                        "dir/base=base",
                        "dir/second=second",
                        "own=own");
        assertThat(Files.getAttribute(image.rootfs(), "unix:mode")).isEqualTo(040755);
        assertThat(find(image.id()).rootfs()).isEqualTo(image.rootfs());
        assertThat(directory.resolve("cas/tmp")).isEmptyDirectory();
    }

    @Test
    void a_whitelist_is_all_that_is_there_of_the_image_and_of_what_it_depends_on() throws Exception {
        publish(
                "base",
                "\"pathWhitelist\":[\"/etc/kept\",\"/etc/dropped-above\",\"/own\"],",
                aci -> aci.file("rootfs/etc/kept", "base")
                        .file("rootfs/etc/dropped-above", "base")
                        .file("rootfs/etc/dropped-here", "base"));

        StoredImage image = run(
                dependencies("base") + "\"pathWhitelist\":[\"/etc/kept\",\"/etc/dropped-here\",\"/own\",\"/empty\"],",
                aci -> aci.file("rootfs/own", "own").file("rootfs/other", "own").directory("rootfs/empty", e -> {}));

        assertThat(files(image)).containsExactlyInAnyOrder("etc/kept=base", "own=own");
        assertThat(image.rootfs().resolve("empty")).isDirectory();
    }

    @Test
    void a_dependency_by_id_is_that_image_and_no_other() throws Exception {
        publish("base", "", aci -> aci.file("rootfs/a", "stored"));
        StoredImage stored = store.add(new ByteArrayInputStream(published.get("example.com/base")));
        publish("base", "", aci -> aci.file("rootfs/a", "published"));
        String other = "sha512-" + "0".repeat(128);

        assertThat(files(run(dependency("base", stored.id()), aci -> aci))).containsExactly("a=stored");
        assertThat(discovered).isEmpty();
        assertThatThrownBy(() -> run(dependency("base", other), aci -> aci))
                .isInstanceOf(RktException.class)
                .hasMessageContaining("not " + other);
    }

    @Test
    void images_that_depend_on_each_other_are_refused() throws Exception {
        publish("a", dependencies("b"), aci -> aci);
        publish("b", dependencies("a"), aci -> aci);

        assertThatThrownBy(() -> run(dependencies("a"), aci -> aci))
                .isInstanceOf(RktException.class)
                .hasMessage("images depend on each other: example.com/app -> example.com/a -> example.com/b"
                        + " -> example.com/a");
    }

    /** Adds to an image. */
    private interface Content {
        AciBuilder addTo(AciBuilder builder);
    }

    private void publish(String name, String members, Content content) {
        published.put("example.com/" + name, image(name, members, content));
    }

    private StoredImage run(String members, Content content) throws IOException, RktException {
        return find(store.add(new ByteArrayInputStream(image("app", members, content)))
                .id());
    }

    private static byte[] image(String name, String members, Content content) {
        AciBuilder builder = new AciBuilder()
                .file(
                        "manifest",
                        "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",%s\"name\":\"example.com/%s\"}"
                                .formatted(members, name))
                .directory("rootfs", entry -> entry.setMode(0755));
        return content.addTo(builder).bytes();
    }

    private static String dependencies(String... names) {
        return "\"dependencies\":[%s],"
                .formatted(String.join(
                        ",",
                        Stream.of(names)
                                .map("{\"imageName\":\"example.com/%s\"}"::formatted)
                                .toList()));
    }

    private static String dependency(String name, String id) {
        return "\"dependencies\":[{\"imageName\":\"example.com/%s\",\"imageID\":\"%s\"}],".formatted(name, id);
    }

    private StoredImage find(String id) throws IOException, RktException {
        FetchOptions options = new FetchOptions(PullPolicy.NEW, true, false, false);
        return new ImageProvider(directory, store, options, this::discover)
                .provide(new ImageReference.Hash(id), Optional.empty());
    }

    private StoredImage discover(ImageReference reference, Optional<Path> signature) throws IOException, RktException {
        discovered.add(reference.text());
        return store.add(new ByteArrayInputStream(published.get(reference.text())));
    }

    private static List<String> files(StoredImage image) throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(image.rootfs())) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    files.add(image.rootfs().relativize(path) + "=" + Files.readString(path));
                }
            }
        }
        return files;
    }
}
