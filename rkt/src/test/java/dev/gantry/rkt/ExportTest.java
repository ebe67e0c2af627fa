package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests {@code rkt export}: an image of the files of an exited app. */
class ExportTest extends RktTest {

    @ParameterizedTest
    @ValueSource(strings = {"--no-overlay=false", "--no-overlay=true"})
    void an_exited_pod_becomes_an_image_with_what_its_app_has_changed(String overlay) throws IOException {
        String uuid = rkt.prepare(
                overlay,
                image.toString(),
                "--exec=/bin/sh",
                "--",
                "-c",
                "echo new > /home/new; echo changed > /etc/group; mkdir /owned.d; touch /owned.d/x");
        Path file = directory.resolve("exported.aci");
        assertThat(rkt.call("export", uuid, file.toString()).err())
                .isEqualTo("export: pod is not exited. Only exited pods are supported.\n");
        rkt.call("run-prepared", uuid).succeeded();

        assertThat(rkt.call("export", uuid, directory + "/exported.tar").err()).contains("extension must be .aci");
        rkt.call("export", uuid, file.toString()).succeeded();
        assertThat(rkt.call("export", uuid, file.toString()).err())
                .contains("output ACI file exists (try --overwrite)");
        rkt.call("export", "--overwrite", uuid, file.toString()).succeeded();

        Rkt.Result again = rkt.run(
                file.toString(), "--", "-c", "cat /home/new /etc/group; ls -n /owned; ls /owned.d; echo $FROM_IMAGE");
        assertThat(again.succeeded().out())
                .startsWith("new\nchanged\n-rw-r----- 1 77 88 0 ")
                .endsWith(" /owned\nx\nyes\n");
        assertThat(Files.exists(rkt.data().resolve("pods/run").resolve(uuid))).isTrue();
    }
}
