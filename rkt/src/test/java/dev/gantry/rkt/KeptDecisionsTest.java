package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gantry.rkt.image.TreeCopies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Prepare keeps its decisions, and decides again only when something has changed. */
class KeptDecisionsTest extends RktTest {

    /** An environment without Java, in which only kept decisions can be prepared. */
    private static final Map<String, String> WITHOUT_JAVA = Map.of("JAVA_HOME", "/no/such/java");

    @Test
    void the_same_pod_is_prepared_again_without_java() throws IOException {
        Path asking = new AciBuilder()
                .app("asking", """
                        "exec":["/bin/sh"],"user":"1234","group":"5678",
                        "mountPoints":[{"name":"data","path":"/data","readOnly":false}]""")
                .directory("rootfs", entry -> entry.setMode(0711))
                .programs("sh", "ls", "cat")
                .write(directory.resolve("asking.aci"));
        String id = fetch(asking);
        String[] flags = {"--set-env=A=it's", id, "--memory=64M", "--", "-c", "echo $A; ls -ldn / /data | cat", "x"};

        Rkt.Result first = prepare(Map.of(), flags).succeeded();
        Instant begin = Instant.now().minusSeconds(1);
        Rkt.Result second = prepare(WITHOUT_JAVA, flags).succeeded();

        assertThat(second.out()).hasSize(37).isNotEqualTo(first.out());
        assertThat(second.err()).isEqualTo(first.err()).contains("implicitly creating an \"empty\" volume");
        String uuid = second.out().strip();
        JsonObject status = JsonParser.parseString(
                        rkt.call("status", "--format=json", uuid).out())
                .getAsJsonObject();
        assertThat(status.get("state").getAsString()).isEqualTo("prepared");
        assertThat(status.get("created_at").getAsLong()).isGreaterThanOrEqualTo(begin.getEpochSecond());
        assertThat(rkt.call("cat-manifest", uuid).out())
                .isEqualTo(rkt.call("cat-manifest", first.out().strip()).out());
        assertThat(rkt.call("image", "rm", id).err()).contains("pods use it: ", uuid);
        Rkt.Result ran = rkt.call("run-prepared", uuid).succeeded();
        assertThat(ran.out()).startsWith("it's\n").contains("drwx--x--x");
        assertThat(rkt.call("run-prepared", first.out().strip()).out()).isEqualTo(ran.out());
        assertThat(prepare(WITHOUT_JAVA, "--set-env=A=other", id).exitCode()).isEqualTo(254);
        // The call of a node for a job without options of its own.
        for (Map<String, String> environment : List.of(Map.<String, String>of(), WITHOUT_JAVA)) {
            rkt.call(environment, "--insecure-options=all", "--debug=false", "prepare", id, "--exec=/bin/sh")
                    .succeeded();
        }
    }

    @Test
    void a_decision_is_not_used_when_what_it_depends_on_has_changed() throws IOException {
        String id = fetch(image);
        String name = "example.com/shell";
        prepare(Map.of(), id).succeeded();
        prepare(Map.of(), name).succeeded();
        prepare(WITHOUT_JAVA, id).succeeded();
        prepare(WITHOUT_JAVA, name).succeeded();

        // Somebody removes images just now.
        Path removing = Files.createFile(rkt.data().resolve("cas/locks/removing"));
        assertThat(prepare(WITHOUT_JAVA, id).exitCode()).isEqualTo(254);
        prepare(Map.of(), id).succeeded();
        assertThat(removing).doesNotExist();

        // The kernel does not mount overlays any more.
        Path programs = Files.createDirectory(directory.resolve("programs"));
        Files.setPosixFilePermissions(
                Files.writeString(programs.resolve("mount"), "#!/bin/sh\nexit 1\n"),
                PosixFilePermissions.fromString("rwxr-xr-x"));
        String path = programs + ":" + System.getenv("PATH");
        Rkt.Result copied = prepare(Map.of("PATH", path), id).succeeded();
        assertThat(copied.err()).contains("disabling overlay support");

        // Another image of the name was stored: a name leads to the newest.
        Path newer = new AciBuilder()
                .app("shell", "\"exec\":[\"/bin/true\"],\"user\":\"0\",\"group\":\"0\"")
                .directory("rootfs", entry -> entry.setMode(0755))
                .programs("true")
                .write(directory.resolve("newer.aci"));
        String newerId = fetch(newer);
        assertThat(rkt.call(
                                "cat-manifest",
                                prepare(Map.of(), name).succeeded().out().strip())
                        .out())
                .contains(newerId);

        // The image is gone.
        rkt.call("gc", "--expire-prepared=0s").succeeded();
        rkt.call("image", "rm", id).succeeded();
        Rkt.Result gone = prepare(Map.of(), id);
        assertThat(gone.exitCode()).isEqualTo(254);
        assertThat(gone.err()).contains("no image of this hash is stored");
        assertThat(rkt.data().resolve("pods/embryo")).isEmptyDirectory();
    }

    @Test
    void an_argument_of_the_app_does_not_say_where_decisions_are_kept() throws IOException, RktException {
        String id = fetch(image);
        for (String[] start : new String[][] {{id, "--"}, {id, "--exec"}}) {
            Path decoy = directory.resolve("decoy" + start[1]);
            String[] words = {start[0], start[1], "--dir=" + decoy};
            // Whoever can foresee the key can make all this.
            for (String name : List.of("decisions", "pods/embryo", "pods/prepared")) {
                Files.createDirectories(decoy.resolve(name));
            }
            prepare(Map.of(), words).succeeded();
            Path kept = rkt.data().resolve("decisions");
            if (Files.exists(kept)) {
                TreeCopies.copy(kept, decoy.resolve("decisions/copy"));
                try (Stream<Path> copies = Files.list(decoy.resolve("decisions/copy"))) {
                    for (Path copy : (Iterable<Path>) copies::iterator) {
                        Files.move(copy, decoy.resolve("decisions").resolve(copy.getFileName()));
                    }
                }
            }

            String uuid = prepare(Map.of(), words).succeeded().out().strip();

            assertThat(decoy.resolve("pods/prepared")).isEmptyDirectory();
            assertThat(rkt.data().resolve("pods/prepared").resolve(uuid)).isDirectory();
        }
    }

    @Test
    void what_a_pull_policy_asks_of_a_server_is_not_kept() throws IOException {
        String id = fetch(image);
        for (String flag : List.of("--pull-policy=update", "--no-store")) {
            prepare(Map.of(), flag, id).succeeded();

            assertThat(prepare(WITHOUT_JAVA, flag, id).exitCode()).isEqualTo(254);
        }
    }

    @Test
    void few_decisions_are_kept() throws IOException {
        String id = fetch(image);
        Path decisions = Files.createDirectories(rkt.data().resolve("decisions"));
        for (int i = 0; i < 50; i++) {
            Path old = Files.createDirectory(decisions.resolve("old-" + i));
            Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH.plusSeconds(i)));
        }

        prepare(Map.of(), id).succeeded();

        assertThat(decisions.toFile().list())
                .hasSize(32)
                .doesNotContain("old-18")
                .contains("old-19");
        prepare(WITHOUT_JAVA, id).succeeded();
        // Those of more than a day go with gc.
        rkt.call("gc").succeeded();
        assertThat(decisions.toFile().list()).hasSize(1);
    }

    private String fetch(Path aci) {
        return rkt.call("--insecure-options=image", "fetch", "--full", aci.toString())
                .succeeded()
                .out()
                .strip();
    }

    private Rkt.Result prepare(Map<String, String> environment, String... words) {
        List<String> call = new ArrayList<>(List.of("--insecure-options=image", "--debug=false", "prepare"));
        call.addAll(Arrays.asList(words));
        return rkt.call(environment, call.toArray(String[]::new));
    }
}
