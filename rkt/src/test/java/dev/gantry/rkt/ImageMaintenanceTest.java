package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.rkt.tar.ExtendedAttributes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** image gc, export, extract, render and verify. */
class ImageMaintenanceTest extends RktTest {

    @Test
    void gc_removes_old_images_but_none_that_a_pod_uses_or_an_image_that_stays_depends_on() throws IOException {
        String base = store("base", "", "of the base");
        String top = store("top", "\"dependencies\":[{\"imageName\":\"example.com/base\"}],", "of the top");
        String other = store("other", "", "of the other");
        String uuid = rkt.prepare(top, "--exec=/x");

        Rkt.Result early = rkt.call("image", "gc").succeeded();
        assertThat(early.out() + early.err()).as("24 hours have not passed").isEmpty();
        Rkt.Result now = rkt.call("image", "gc", "--grace-period=0s").succeeded();

        assertThat(now.out()).isEqualTo("successfully removed aci for image: \"%s\"\n".formatted(other));
        assertThat(now.err()).isEqualTo("gc: 1 image(s) successfully removed\n");
        assertThat(images()).containsExactlyInAnyOrder(base, top);

        rkt.call("rm", uuid).succeeded();
        Rkt.Result last = rkt.call("image", "gc", "--grace-period=1ns").succeeded();
        assertThat(last.err()).contains("removed treestore").endsWith("gc: 2 image(s) successfully removed\n");
        assertThat(images()).isEmpty();
        assertThat(rkt.call("image", "gc", "--grace-period=soon").err()).contains("invalid duration soon");
    }

    @Test
    void a_damaged_image_is_named_and_keeps_no_other_from_being_used_or_removed() throws IOException {
        String damaged = store("damaged", "", "of the damaged");
        String lost = store("lost", "", "of the lost");
        String whole = store("whole", "", "of the whole");
        String used = store("used", "", "of the used");
        Path store = rkt.data().resolve("cas/images");
        Files.writeString(store.resolve(damaged).resolve("manifest"), "{\"acKind\":");
        Files.delete(store.resolve(lost).resolve("manifest"));

        String uuid = rkt.prepare("example.com/used", "--exec=/x");
        assertThat(images()).containsExactlyInAnyOrder(whole, used);
        Rkt.Result gc = rkt.call("image", "gc", "--grace-period=0s").succeeded();

        assertThat(gc.out()).isEqualTo("successfully removed aci for image: \"%s\"\n".formatted(whole));
        assertThat(gc.err())
                .contains("the manifest of image \"%s\" can't be read".formatted(damaged))
                .contains("remove " + store.resolve(lost) + ", and it can be fetched again");
        assertThat(store.resolve(damaged)).exists();
        assertThat(rkt.call("image", "rm", damaged).err()).contains("can't be read");
        rkt.call("rm", uuid).succeeded();
    }

    @Test
    void an_image_is_exported_as_it_was_imported() throws IOException {
        String id = store("exported", "", "x");
        Path file = directory.resolve("out.aci");

        rkt.call("image", "export", "example.com/exported", file.toString()).succeeded();

        assertThat(file).hasSameBinaryContentAs(directory.resolve("exported.aci"));
        Rkt.Result again = rkt.call("image", "export", id, file.toString());
        assertThat(again.exitCode()).isEqualTo(254);
        assertThat(again.err()).contains("output ACI file exists (try --overwrite)");
        Files.writeString(file, "old");
        rkt.call("image", "export", "--overwrite", id, file.toString()).succeeded();
        assertThat(file).hasSameBinaryContentAs(directory.resolve("exported.aci"));
        assertThat(rkt.call("image", "export", "example.com/unknown", directory + "/y")
                        .exitCode())
                .isEqualTo(254);
        assertThat(directory.toFile().list()).noneMatch(name -> name.startsWith(".rkt-"));
    }

    @Test
    void an_image_is_extracted_alone_and_rendered_with_its_dependencies() throws IOException {
        store("base", "", "of the base");
        store("top", "\"dependencies\":[{\"imageName\":\"example.com/base\"}],", "of the top");
        Path out = directory.resolve("out");

        rkt.call("image", "extract", "example.com/top", out.toString()).succeeded();
        assertThat(out.resolve("manifest")).content().contains("example.com/top");
        assertThat(out.resolve("rootfs").toFile().list()).containsExactlyInAnyOrder("top", "link");
        assertThat(out.resolve("rootfs/top")).hasContent("of the top");
        assertThat(ExtendedAttributes.get(out.resolve("rootfs/top"))).containsOnlyKeys("user.note");
        assertThat(Files.getAttribute(out.resolve("rootfs/top"), "unix:uid")).isEqualTo(77);

        Rkt.Result again = rkt.call("image", "render", "--rootfs-only", "example.com/top", out.toString());
        assertThat(again.exitCode()).isEqualTo(254);
        assertThat(again.err()).contains("output directory exists (try --overwrite)");
        rkt.call("image", "render", "--overwrite", "--rootfs-only", "example.com/top", out.toString())
                .succeeded();
        assertThat(out.toFile().list()).containsExactlyInAnyOrder("top", "base", "link");

        Files.createSymbolicLink(directory.resolve("detour"), rkt.data());
        for (String precious : List.of(
                "/", rkt.data().toString(), rkt.data() + "/cas", directory.toString(), directory + "/detour/cas")) {
            assertThat(rkt.call("image", "extract", "--overwrite", "example.com/top", precious)
                            .exitCode())
                    .as(precious)
                    .isEqualTo(254);
        }
        assertThat(images()).hasSize(2);
        assertThat(directory.toFile().list()).noneMatch(name -> name.startsWith(".rkt-"));
    }

    @Test
    void a_damaged_image_is_found_and_put_right_from_its_archive() throws IOException {
        String id = store("whole", "", "content");
        Path image = rkt.data().resolve("cas/images").resolve(id);
        assertThat(rkt.call("image", "verify", "example.com/whole").succeeded().out())
                .isEqualTo("successfully verified checksum for image: \"example.com/whole\" (\"%s\")\n".formatted(id));

        Files.writeString(image.resolve("rootfs/whole"), "changed");
        assertThat(rkt.call("image", "verify", id).succeeded().out()).contains("\"/whole\" differs;  rebuilding...");
        assertThat(image.resolve("rootfs/whole")).hasContent("content");
        Files.delete(image.resolve("rootfs/whole"));
        assertThat(rkt.call("image", "verify", id).succeeded().out()).contains("\"/whole\" is missing");
        Files.writeString(image.resolve("rootfs/more"), "more");
        String uuid = rkt.prepare(id, "--exec=/whole");
        Rkt.Result used = rkt.call("image", "verify", id);
        assertThat(used.exitCode()).isEqualTo(254);
        assertThat(used.err()).contains("pods use it: " + uuid);
        rkt.call("rm", uuid).succeeded();
        assertThat(rkt.call("image", "verify", id).succeeded().out()).contains("\"more\" in \"/\" is not a file of");
        assertThat(rkt.call("image", "verify", id).succeeded().out()).startsWith("successfully verified");

        Files.writeString(image.resolve("image.tar"), "damaged");
        Rkt.Result damaged = rkt.call("image", "verify", id);
        assertThat(damaged.exitCode()).isEqualTo(254);
        assertThat(damaged.err()).contains("the archive of image \"%s\" is damaged".formatted(id));
    }

    private List<String> images() {
        return rkt.call("image", "list", "--no-legend", "--full", "--fields=id")
                .out()
                .lines()
                .toList();
    }

    private String store(String name, String members, String content) throws IOException {
        Path aci = new AciBuilder()
                .file("manifest", """
                        {"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/%s",%s
                         "labels":[{"name":"os","value":"linux"}],
                         "app":{"exec":["/x"],"user":"0","group":"0"}}""".formatted(name, members))
                .attribute("user.note", new byte[] {1, (byte) 0x80})
                .file("rootfs/" + name, content.getBytes(StandardCharsets.UTF_8), entry -> entry.setUserId(77))
                .symbolicLink("rootfs/link", "/etc/passwd")
                .write(directory.resolve(name + ".aci"));
        return rkt.call("--insecure-options=image", "fetch", "--full", aci.toString())
                .succeeded()
                .out()
                .strip();
    }
}
