package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The promises of the specification in the crun flavour, which keeps them to pods of two apps, too. */
class CrunAceTest extends AceTest {

    @BeforeAll
    static void has_crun() {
        require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }

    @Test
    void two_apps_find_what_the_specification_promises_and_share_a_volume() throws IOException {
        String sidekick = fetch("ace-sidekick", """
                "exec":["/bin/busybox","sh","/ace.sh","sidekick"],"user":"0","group":"0",
                "mountPoints":[{"name":"database","path":"/db"}]""");
        Path manifest = Files.writeString(directory.resolve("pod.json"), """
                {"acVersion":"0.8.11","acKind":"PodManifest",
                 "apps":[%s,{"name":"ace-sidekick","image":{"id":"%s"}}],
                 "volumes":[{"name":"database","kind":"empty"}],
                 "annotations":[{"name":"of-pod","value":"2"}]}""".formatted(
                        main(",{\"name\":\"WITH_SIDEKICK\",\"value\":\"yes\"}"), sidekick));

        String uuid = rkt.prepare("--pod-manifest=" + manifest);
        Rkt.Result result = rkt.call("run-prepared", "--mds-register", uuid);

        assertThat(result.err()).isEmpty();
        assertThat(result.out().lines())
                .containsExactlyInAnyOrder("prestart OK", "main OK", "sidekick OK", "poststop OK");
        assertThat(result.exitCode()).isZero();
        assertThat(rkt.call("status", uuid).out()).endsWith("app-ace-main=0\napp-ace-sidekick=0\n");
    }
}
