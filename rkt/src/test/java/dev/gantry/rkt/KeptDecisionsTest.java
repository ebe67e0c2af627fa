package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gantry.rkt.image.FileTrees;
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
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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
    void tasks_that_differ_in_ids_variables_and_sources_of_volumes_share_a_decision() throws IOException {
        String id = fetch(image);
        prepare(Map.of(), flagsOfTask(id, "0d6ac4b0-f2ae-4f4c-9e93-3e1a2b1b8f3c", "job.group[0]"))
                .succeeded();
        String[] other = flagsOfTask(id, "fd6ac4b0-f2ae-4f4c-9e93-3e1a2b1b8f3d", "$(a) {;} /<^*?>~#");

        String shared = prepare(WITHOUT_JAVA, other).succeeded().out().strip();

        FileTrees.delete(rkt.data().resolve("decisions"));
        String own = prepare(Map.of(), other).succeeded().out().strip();
        assertThat(filesOf(shared)).isEqualTo(filesOf(own));
        assertThat(rkt.call("run-prepared", shared).succeeded().out()).isEqualTo("""
                        fd6ac4b0-f2ae-4f4c-9e93-3e1a2b1b8f3d
                        $(a) {;} /<^*?>~#
                        <>
                        from the host
                        """);
    }

    @Test
    void a_part_that_is_not_sure_to_stay_as_it_is_written_belongs_to_the_decision() throws IOException {
        String id = fetch(image);
        String uuid = "0d6ac4b0-f2ae-4f4c-9e93-3e1a2b1b8f3c";
        List<List<String>> alike = List.of(
                List.of("--set-env=A=it's", "--set-env=A=its'"),
                List.of("--set-env=A=a\"b", "--set-env=A=b\"a"),
                List.of("--set-env=A=a&b", "--set-env=A=b&a"),
                List.of("--set-env=A=a\\b", "--set-env=A=b\\a"),
                List.of("--set-env=A=ä", "--set-env=A=ö"),
                List.of("--set-env=A", "--set-env=B"),
                List.of("--volume=data,kind=empty,mode=0755", "--volume=data,kind=empty,mode=0777"),
                List.of(
                        "--volume=%s-a,kind=host,source=/tmp,readOnly=true".formatted(uuid),
                        "--volume=%s-b,kind=host,source=/tmp,readOnly=true".formatted(uuid)),
                List.of(
                        "--volume=a,kind=host,source=/tmp,readOnly=true",
                        "--volume=a,kind=host,source=/tmp,readOnly=false"));
        for (List<String> pair : alike) {
            prepare(Map.of(), pair.get(0), id);

            assertThat(prepare(WITHOUT_JAVA, pair.get(1), id).exitCode())
                    .as(pair.toString())
                    .isEqualTo(254);
        }
        // Two volumes of one name are refused, whatever the UUID that their names begin with.
        String[] names = {uuid + "-a", uuid.replace('0', '1') + "-a"};
        prepare(Map.of(), volume(names[0]), volume(names[1]), id).succeeded();
        assertThat(prepare(Map.of(), volume(names[0]), volume(names[0]), id).err())
                .contains("is given twice");
    }

    @Test
    void a_pod_has_the_uuid_that_its_caller_wants_unless_that_is_none_or_another_pod_has_it() throws IOException {
        String id = fetch(image);
        String[] wanted = {"fd6ac4b0-f2ae-4f4c-9e93-3e1a2b1b8f3d", "0d6ac4b0-f2ae-4f4c-9e93-3e1a2b1b8f3c"};

        // By Java, then by the kept decision.
        assertThat(preparedAs(Map.of(), wanted[0], id)).isEqualTo(wanted[0]);
        assertThat(preparedAs(WITHOUT_JAVA, wanted[1], id)).isEqualTo(wanted[1]);

        rkt.call("run-prepared", "--net=host", wanted[1]).succeeded();
        for (String refused :
                List.of(wanted[0], wanted[1], "../../../0d6ac4b0", wanted[0].toUpperCase(Locale.ROOT), "")) {
            assertThat(preparedAs(WITHOUT_JAVA, refused, id)).hasSize(36).isNotIn(refused, "");
            assertThat(preparedAs(Map.of(), refused, "--debug", id)).hasSize(36).isNotIn(refused, "");
        }
    }

    private String preparedAs(Map<String, String> environment, String uuid, String... flags) throws IOException {
        Map<String, String> all = new TreeMap<>(environment);
        all.put("RKT_POD_UUID", uuid);
        return prepare(all, flags).succeeded().out().strip();
    }

    private static String volume(String name) {
        return "--volume=%s,kind=host,source=/tmp,readOnly=true".formatted(name);
    }

    /** The call of a node for a task, with directories of its own. */
    private String[] flagsOfTask(String image, String uuid, String value) throws IOException {
        Path shared = Files.createDirectories(directory.resolve(uuid).resolve("alloc"));
        Files.writeString(shared.resolve("file"), "from the host\n");
        return new String[] {
            "--volume=%s-web-alloc,kind=host,source=%s,readOnly=false".formatted(uuid, shared),
            "--mount=volume=%s-web-alloc,target=/alloc".formatted(uuid),
            "--volume=%s-web-logs,kind=host,source=%s,readOnly=true".formatted(uuid, shared),
            "--mount=volume=%s-web-logs,target=/alloc/logs".formatted(uuid),
            "--set-env=ID=" + uuid,
            "--set-env=VALUE=" + value,
            "--set-env=EMPTY=",
            "--set-env=LD_SHARED=" + value,
            image,
            "--exec=/bin/sh",
            "--",
            "-c",
            "echo $ID; echo \"$VALUE\"; echo \"<$EMPTY>\"; cat /alloc/file"
        };
    }

    /** Returns the content of the files of a prepared pod, apart from its id and who made it when. */
    private Map<String, String> filesOf(String uuid) throws IOException {
        Path pod = rkt.data().resolve("pods/prepared").resolve(uuid);
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(pod)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                contents.put(
                        pod.relativize(file).toString(), Files.readString(file).replace(uuid, "UUID"));
            }
        }
        contents.keySet().removeAll(List.of("created", "preparer"));
        return contents;
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
