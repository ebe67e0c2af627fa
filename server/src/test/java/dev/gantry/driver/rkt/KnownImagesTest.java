package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.driver.RunningTask;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images in files, as rkt is told of them. */
class KnownImagesTest {

    /** By it, what was written in a test was written long ago. */
    private static final InstantSource LATER = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(1));

    @TempDir
    Path root;

    private DriverFixture fixture;
    private RktDriver driver;
    private Path image;
    private int tasks;

    @BeforeEach
    void make() throws Exception {
        fixture = new DriverFixture(root);
        fixture.rkt.app("exit 0");
        driver = fixture.driver(LATER);
        image = Files.writeString(root.resolve("hello.aci"), "one");
    }

    @Test
    void a_file_is_read_once_and_from_then_on_named_by_its_id() throws Exception {
        run("");
        run("");
        run("");

        assertThat(images()).containsExactly(image.toString(), id("one"), id("one"));
        assertThat(fixture.rkt.calls("cat-manifest")).hasSize(1);
    }

    @Test
    void a_file_that_was_written_anew_is_read_again_even_if_it_claims_to_be_as_old_and_as_long() throws Exception {
        run("");
        FileTime before = Files.getLastModifiedTime(image);
        Files.writeString(image, "two");
        Files.setLastModifiedTime(image, before);
        run("");
        run("");

        assertThat(images()).containsExactly(image.toString(), image.toString(), id("two"));
    }

    @Test
    void a_file_that_another_took_the_place_of_is_read_again() throws Exception {
        run("");
        Files.move(image, image.resolveSibling("old"));
        Files.writeString(image, "two");
        run("");

        assertThat(images()).containsExactly(image.toString(), image.toString());
    }

    @Test
    void a_file_that_was_written_a_moment_ago_may_change_unseen_and_is_read_again() throws Exception {
        driver = fixture.driver(InstantSource.system());
        run("");
        run("");

        assertThat(images()).containsExactly(image.toString(), image.toString());
        assertThat(fixture.rkt.calls("cat-manifest")).isEmpty();
    }

    @Test
    void an_image_that_rkt_has_no_more_is_read_again() throws Exception {
        run("");
        fixture.rkt.removeImages();
        run("");
        run("");

        assertThat(images()).containsExactly(image.toString(), id("one"), image.toString(), id("one"));
    }

    @Test
    void a_file_whose_signature_counts_is_read_each_time() throws Exception {
        run("");
        run(", \"trust_prefix\": \"example.com\"");
        run(", \"insecure_options\": [\"http\"]");
        run(", \"insecure_options\": [\"http\", \"image\"]");

        assertThat(images()).containsExactly(image.toString(), image.toString(), image.toString(), id("one"));
    }

    @Test
    void an_image_whose_id_can_not_be_found_out_runs_all_the_same() throws Exception {
        fixture.rkt.fail("cat-manifest", "cat-manifest: problem");
        run("");
        run("");

        assertThat(images()).containsExactly(image.toString(), image.toString());
    }

    private void run(String more) throws Exception {
        RunningTask task =
                driver.start(fixture.request("task" + tasks++, "{\"image\": \"%s\"%s}".formatted(image, more)));
        assertThat(task.exit().get(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    }

    /** Returns the images that prepare was called with. */
    private List<String> images() {
        return fixture.rkt.calls("prepare").stream()
                .map(call -> Arrays.stream(call.split("\\|"))
                        .filter(word -> word.startsWith("/") || word.startsWith("sha512-"))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    private static String id(String content) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-512").digest(content.getBytes(StandardCharsets.UTF_8));
        return "sha512-" + HexFormat.of().formatHex(hash);
    }
}
