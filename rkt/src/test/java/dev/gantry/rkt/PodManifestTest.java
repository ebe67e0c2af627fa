package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods that a pod manifest describes. */
class PodManifestTest extends RktTest {

    @Test
    void a_manifest_says_what_a_pod_of_stored_images_is() throws IOException {
        Path manifest = write("""
                {"acVersion":"0.8.11","acKind":"PodManifest",
                 "apps":[{"name":"one","image":{"id":"%s"},"readOnlyRootFS":true,
                          "app":{"exec":["/bin/sh","-c","echo $AC_APP_NAME $MINE $FROM_IMAGE; ls /data; id -u; touch /x"],
                                 "user":"1234","group":"5678","environment":[{"name":"MINE","value":"a b"}]},
                          "mounts":[{"volume":"data","path":"/data"}],
                          "annotations":[{"name":"of-app","value":"1"}]}],
                 "volumes":[{"name":"data","kind":"host","source":"%s","readOnly":true}],
                 "annotations":[{"name":"of-pod","value":"2"}],
                 "ports":[]}""".formatted(
                fetch(),
                Files.createDirectories(directory.resolve("volume/seen")).getParent()));

        String uuid = rkt.prepare("--pod-manifest=" + manifest);
        Rkt.Result result = rkt.call("run-prepared", uuid);

        assertThat(result.out()).isEqualTo("one a b\nseen\n1234\n");
        assertThat(result.err()).contains("Read-only file system");
        String written = rkt.call("cat-manifest", uuid).succeeded().out();
        assertThat(written).contains("of-app", "of-pod", "\"readOnlyRootFS\": true");

        Path again = Files.writeString(directory.resolve("again.json"), written);
        assertThat(rkt.call("cat-manifest", rkt.prepare("--pod-manifest=" + again))
                        .out())
                .as("the manifest of a pod made from the manifest of a pod")
                .isEqualTo(written);
    }

    @Test
    void an_app_of_a_manifest_is_its_images_if_the_manifest_does_not_say() throws IOException {
        Path manifest = write("""
                {"acVersion":"0.8.11","acKind":"PodManifest","apps":[{"name":"one","image":{"id":"%s"}}]}""".formatted(fetch()));

        String uuid = rkt.prepare("--pod-manifest=" + manifest);

        assertThat(JsonParser.parseString(rkt.call("cat-manifest", uuid).out())
                        .getAsJsonObject()
                        .getAsJsonArray("apps")
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonObject("app")
                        .get("exec"))
                .hasToString("[\"/bin/sh\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[1]; invalid pod manifest",
                "{'acKind':'ImageManifest','acVersion':'0.8.11'}; acKind is \"ImageManifest\"",
                "{'acKind':'PodManifest','acVersion':'0.8.11'}; it has no apps",
                "{'acKind':'PodManifest','acVersion':'0.8.11','apps':[{'name':'a'}]}; no image ID for app \"a\"",
                "{'acKind':'PodManifest','acVersion':'0.8.11','apps':[{'name':'a','image':{'id':'../x'}}]}; no ID of an image",
                "{'acKind':'PodManifest','acVersion':'0.8.11','apps':[{'name':'a','image':{'id':'ID'}},"
                        + "{'name':'a','image':{'id':'ID'}}]}; multiple apps with name a",
                "{'acKind':'PodManifest','acVersion':'0.8.11','apps':[{'name':'a','image':{'id':'ID'},'app':{'exec':7}}]};"
                        + " user is missing",
                "{'acKind':'PodManifest','acVersion':'0.8.11','apps':[{'name':'a','image':{'id':'ID'},"
                        + "'mounts':[{'volume':'v','path':'/v'}]}]}; no volume for mountpoint",
                "{'acKind':'PodManifest','acVersion':'0.8.11','apps':[{'name':'a','image':{'id':'ID'}}],"
                        + "'isolators':[{'name':'resource/memory','value':{'limit':'1G'}}]}; isolators of the whole pod",
                "{'acKind':'PodManifest','acVersion':'0.8.11','apps':[{'name':'a','image':{'id':"
                        + "'sha512-00000000000000000000000000000000'}}]}; sha512-000",
            })
    void a_manifest_that_cannot_be_honoured_is_refused(String json, String reason) throws IOException {
        Path manifest = write(json.replace('\'', '"').replace("ID", json.contains("ID") ? fetch() : ""));

        Rkt.Result result = rkt.call("prepare", "--pod-manifest=" + manifest);

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).startsWith("prepare: ").contains(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "--set-env=A=b",
        "--volume='v,kind=empty'",
        "--port=http:80",
        "--inherit-env",
        "--pull-policy=update",
        "sha512-1"
    })
    void what_the_manifest_says_can_t_be_said_besides(String argument) throws IOException {
        Path manifest = write("{}");

        Rkt.Result result = rkt.call("prepare", "--pod-manifest=" + manifest, argument);

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).isEqualTo("prepare: conflicting flags set with --pod-manifest (see --help)\n");
    }

    protected String fetch() {
        return rkt.call("--insecure-options=image", "fetch", "--full", image.toString())
                .succeeded()
                .out()
                .strip();
    }

    protected Path write(String json) throws IOException {
        return Files.writeString(directory.resolve("pod.json"), json);
    }
}
