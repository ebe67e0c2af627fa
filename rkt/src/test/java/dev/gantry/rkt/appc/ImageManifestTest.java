package dev.gantry.rkt.appc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.rkt.RktException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageManifestTest {

    private static final String START = "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"a.b/c\"";

    @Test
    void what_is_not_known_here_is_kept() throws RktException {
        ImageManifest manifest = ImageManifest.parse(START + ",\"annotations\":[{\"name\":\"x\",\"value\":\"y\"}]}");

        assertThat(manifest.json().get("annotations")).hasToString("[{\"name\":\"x\",\"value\":\"y\"}]");
        assertThat(manifest.app()).isEmpty();
        assertThat(manifest.displayName()).isEqualTo("a.b/c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"acKind\":\"PodManifest\",\"acVersion\":\"0.8.11\",\"name\":\"x\"}",
                "{\"acKind\":\"ImageManifest\",\"acVersion\":\"new\",\"name\":\"x\"}",
                "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"Upper\"}",
                "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":{}}",
                START + ",\"app\":[]}",
                START + ",\"app\":{\"user\":\"0\"}}",
                START + ",\"app\":{\"user\":\"0\",\"group\":\"0\",\"exec\":[{}]}}",
                START + ",\"app\":{\"user\":\"0\",\"group\":\"0\",\"ports\":[{\"name\":\"a_b\"}]}}",
                START + ",\"app\":{\"user\":\"0\",\"group\":\"0\",\"mountPoints\":[{\"name\":\"a\"}]}}",
                START + ",\"app\":{\"user\":\"0\",\"group\":\"0\",\"environment\":[{\"name\":\"A=\",\"value\":\"\"}]}}",
                START + ",\"app\":{\"user\":\"0\",\"group\":\"0\",\"supplementaryGIDs\":[\"1 --x\"]}}",
                START
                        + ",\"app\":{\"user\":\"0\",\"group\":\"0\",\"isolators\":[{\"name\":\"os/linux/oom-score-adj\"}]}}",
                START + ",\"labels\":[{\"name\":\"a\",\"value\":\"1\"},{\"name\":\"a\",\"value\":\"2\"}]}",
                START + ",\"dependencies\":[{\"imageName\":\"X\"}]}",
                START + ",\"dependencies\":[{}]}",
                START + ",\"dependencies\":[\"x\"]}",
                START + ",\"dependencies\":[{\"imageName\":\"x\",\"imageID\":\"sha512-../..\"}]}",
                START + ",\"dependencies\":[{\"imageName\":\"x\",\"labels\":[{\"name\":\"a\"}]}]}",
                START + ",\"pathWhitelist\":[\"x\"]}"
            })
    void a_manifest_that_cannot_be_used_is_refused(String text) {
        assertThatThrownBy(() -> ImageManifest.parse(text)).isInstanceOf(RktException.class);
    }

    @ParameterizedTest
    @CsvSource({"example.com/reduce-worker, reduce-worker", "a/b_c.D~1, b-c-d-1", "x, x", "a/-b-, b"})
    void an_app_is_named_after_its_image(String image, String app) throws RktException {
        assertThat(AcNames.appNameOf(image)).isEqualTo(app);
    }
}
