package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The promises of the App Container specification to an app (spec/ace.md, "Apps Perspective"), checked by the app
 * itself, with the same questions as the specification's own validator.
 */
@Timeout(120)
class AceTest extends RktTest {

    private static final Path BUSYBOX = Path.of("/bin/busybox");

    protected Rkt.Running service;

    @BeforeAll
    static void has_busybox() {
        assumeTrue(Files.isExecutable(BUSYBOX), "busybox is not installed: skipped");
    }

    @BeforeEach
    void start_the_metadata_service() {
        service = rkt.start(Map.of(), "metadata-service", "--listen-port=0");
        await().until(() -> service.err().contains("listening on port")
                || !service.process().isAlive());
    }

    @AfterEach
    void stop_the_metadata_service() {
        service.process().destroy();
    }

    @Test
    void an_app_finds_what_the_specification_promises() throws IOException {
        Path manifest = Files.writeString(directory.resolve("pod.json"), """
                {"acVersion":"0.8.11","acKind":"PodManifest",
                 "apps":[%s],"annotations":[{"name":"of-pod","value":"2"}]}""".formatted(main("")));

        String uuid = rkt.prepare("--pod-manifest=" + manifest);
        Rkt.Result result = rkt.call("run-prepared", "--mds-register", uuid);

        assertThat(result).isEqualTo(new Rkt.Result(0, "prestart OK\nmain OK\npoststop OK\n", result.err()));
        assertThat(upper(uuid, "ace-main").resolve("poststop")).exists();
    }

    @Test
    void registration_needs_a_service() throws Exception {
        service.process().destroy();
        service.process().waitFor();
        String uuid = rkt.prepare(image.toString(), "--exec=/bin/true");

        Rkt.Result result = rkt.call("run-prepared", "--mds-register", uuid);

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).contains("no metadata service runs", "rkt metadata-service");
        assertThat(rkt.call("run-prepared", uuid).exitCode()).as("without it").isZero();
    }

    @Test
    void there_is_one_service_for_a_data_directory() {
        Rkt.Result second = rkt.call("metadata-service", "--listen-port=0");

        assertThat(second.exitCode()).isEqualTo(254);
        assertThat(second.err()).contains("a metadata service runs already");
    }

    protected static Path upper(Rkt rkt, String uuid, String app) {
        return rkt.data()
                .resolve("pods/run")
                .resolve(uuid)
                .resolve("app")
                .resolve(app)
                .resolve("upper");
    }

    protected Path upper(String uuid, String app) {
        return upper(rkt, uuid, app);
    }

    /** The app of the pod manifest, with further variables of its environment. */
    protected String main(String variables) throws IOException {
        String id = fetch("ace-main", """
                "eventHandlers":[{"name":"pre-start","exec":["/bin/busybox","sh","/ace.sh","prestart"]},
                                 {"name":"post-stop","exec":["/bin/busybox","sh","/ace.sh","poststop"]}],
                "exec":["/bin/busybox","sh","/ace.sh","main"],"user":"0","group":"0",
                "workingDirectory":"/opt/validator","mountPoints":[{"name":"database","path":"/db"}],
                "isolators":[{"name":"resource/memory","value":{"limit":"1G"}}],
                "environment":[{"name":"IN_ACE_VALIDATOR","value":"correct"},
                               {"name":"EXPECTED_POD_ANNOTATIONS",
                                "value":"[{\\"name\\":\\"of-pod\\",\\"value\\":\\"2\\"},{\\"name\\":\\"coreos.com/rkt/stage1/mutable\\",\\"value\\":\\"false\\"}]"}%s]""".formatted(variables));
        return """
                {"name":"ace-main","image":{"id":"%s"},"annotations":[{"name":"lorem","value":"dolor"}]}""".formatted(id);
    }

    /** Stores an image of the checks, with a few annotations; its ID. */
    protected String fetch(String name, String app) throws IOException {
        Path aci = new AciBuilder()
                .file("manifest", """
                        {"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/%s",
                         "labels":[{"name":"os","value":"linux"}],"app":{%s},
                         "annotations":[{"name":"created","value":"2014-10-27T19:32:27.67021798Z"},{"name":"lorem","value":"ipsum"}]}""".formatted(name, app))
                .directory("rootfs", entry -> entry.setMode(0755))
                .directory("rootfs/opt/validator", entry -> entry.setMode(0755))
                .file("rootfs/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
                .file(
                        "rootfs/ace.sh",
                        new String(AceTest.class.getResourceAsStream("/ace.sh").readAllBytes(), StandardCharsets.UTF_8))
                .programs("busybox")
                .write(directory.resolve(name + ".aci"));
        return rkt.call("--insecure-options=image", "fetch", "--full", aci.toString())
                .succeeded()
                .out()
                .strip();
    }
}
