package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A pod of several apps that a pod manifest describes. */
class CrunPodManifestTest extends RktTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }

    @Test
    void apps_of_a_manifest_may_have_the_same_image_and_share_volumes() throws IOException {
        String id = rkt.call("--insecure-options=image", "fetch", "--full", image.toString())
                .succeeded()
                .out()
                .strip();
        Path manifest = Files.writeString(directory.resolve("pod.json"), """
                {"acVersion":"0.8.11","acKind":"PodManifest",
                 "apps":[{"name":"writer","image":{"id":"%1$s"},
                          "app":{"exec":["/bin/sh","-c","echo written > /out/x.tmp; cat /out/x.tmp > /out/x"],"user":"0","group":"0",
                                 "mountPoints":[{"name":"data","path":"/out"}]}},
                         {"name":"reader","image":{"id":"%1$s"},
                          "app":{"exec":["/bin/sh","-c","while [ ! -s /in/x ]; do sleep 0.1; done; cat /in/x; touch /in/y"],
                                 "user":"0","group":"0","mountPoints":[{"name":"data","path":"/in","readOnly":true}]},
                          "mounts":[{"volume":"data","path":"/in"}]}],
                 "volumes":[{"name":"data","kind":"empty","mode":"0700","uid":0,"gid":0}]}""".formatted(id));

        Rkt.Result result = rkt.call("run", "--pod-manifest=" + manifest);

        assertThat(result.out()).isEqualTo("written\n");
        assertThat(result.err()).contains("Read-only file system");
        assertThat(result.exitCode()).isEqualTo(1);
    }
}
