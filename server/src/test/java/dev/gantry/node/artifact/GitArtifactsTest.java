package dev.gantry.node.artifact;

import static dev.gantry.node.artifact.ArtifactsFixture.SMALL;
import static dev.gantry.node.artifact.ArtifactsFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.ArtifactMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests artifacts of repositories with the machine's git. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GitArtifactsTest {

    @TempDir
    Path dir;

    private Path repository;
    private String url;
    private ArtifactsFixture fixture;
    private Artifacts artifacts;
    private ArtifactSettings settings;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(
                GitCheckout.find(System.getenv("PATH")).isPresent(),
                "Needs git, which .ci/run installs: without it a node takes no repositories");
        Path sources = Files.createDirectory(dir.resolve("sources")).toRealPath();
        repository = Files.createDirectory(sources.resolve("repository"));
        url = "git::file://" + repository;
        fixture = new ArtifactsFixture(dir);
        settings = SMALL.with(List.of(sources), Optional.empty(), SMALL.maxBytes(), SMALL.cacheBytes());
        artifacts = fixture.artifacts(settings, "file:///");
        git("init", "--quiet", "--initial-branch=main");
    }

    @Test
    void the_files_of_the_default_branch_are_put_into_the_destination_without_git_s_own() throws Exception {
        commit("run", "#!/bin/sh", "rwxr-xr-x");
        commit("dir/data", "1", "rw-r--r--");

        fetch(request(url, "local/app", ArtifactMode.ARTIFACT_MODE_ANY, Map.of(), Map.of()));

        assertThat(fixture.local("app/run")).hasContent("#!/bin/sh").isExecutable();
        assertThat(fixture.local("app/dir/data")).hasContent("1");
        assertThat(fixture.local("app/.git")).doesNotExist();
    }

    @Test
    void a_branch_a_tag_a_commit_and_the_beginning_of_its_name_are_checked_out() throws Exception {
        commit("data", "1", "rw-r--r--");
        git("tag", "v1");
        String first = git("rev-parse", "HEAD").strip();
        commit("data", "2", "rw-r--r--");
        git("branch", "side");
        commit("data", "3", "rw-r--r--");

        for (Map.Entry<String, String> ref : Map.of(
                        "v1", "1", first, "1", first.substring(0, 8), "1", "side", "2", "main", "3")
                .entrySet()) {
            fetch(request(url + "?ref=" + ref.getKey()));
            assertThat(fixture.local("data")).as(ref.getKey()).hasContent(ref.getValue());
        }
        assertThatThrownBy(() -> fetch(request(url, Map.of("ref", "missing"))))
                .isInstanceOf(ArtifactException.class)
                .hasMessageEndingWith("the repository has no branch, tag or commit \"missing\"");
    }

    @Test
    void a_directory_of_a_repository_is_taken_alone() throws Exception {
        commit("dir/data", "1", "rw-r--r--");

        fetch(request(url + "//dir?ref=main&depth=1"));

        assertThat(fixture.local("data")).hasContent("1");
        assertThat(fixture.local("dir")).doesNotExist();
    }

    @Test
    void links_out_of_a_repository_are_refused() throws Exception {
        Files.createSymbolicLink(repository.resolve("passwd"), Path.of("/etc/passwd"));
        git("add", ".");
        git("commit", "--quiet", "-m", "x");

        assertThatThrownBy(() -> fetch(request(url))).hasMessageContaining("a link to an absolute path: \"passwd\"");
        assertThat(fixture.task.local()).isEmptyDirectory();
    }

    @Test
    void nothing_of_a_repository_is_run_and_submodules_are_left_out() throws Exception {
        Path other = Files.createDirectory(repository.resolveSibling("other"));
        Path witness = dir.resolve("witness");
        git(other, "init", "--quiet");
        Files.writeString(other.resolve("inner"), "1");
        git(other, "add", ".");
        git(other, "commit", "--quiet", "-m", "x");
        git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.toString(), "sub");
        Files.writeString(repository.resolve(".gitattributes"), "* filter=evil\n");
        git("config", "filter.evil.smudge", "touch " + witness);
        for (String hook : List.of("post-checkout", "post-upload-pack")) {
            Path script = Files.writeString(repository.resolve(".git/hooks/" + hook), "#!/bin/sh\ntouch " + witness);
            assertThat(script.toFile().setExecutable(true)).isTrue();
        }
        commit("data", "1", "rw-r--r--");
        Files.deleteIfExists(witness);

        fetch(request(url));

        assertThat(fixture.local("data")).hasContent("1");
        assertThat(fixture.local("sub")).isEmptyDirectory();
        assertThat(witness).doesNotExist();
    }

    @Test
    void a_repository_that_is_too_large_is_refused() throws Exception {
        commit("zeros", "\0".repeat(9 << 20), "rw-r--r--");

        assertThatThrownBy(() -> fetch(request(url)))
                .hasMessageContaining("larger than 4194304 bytes, which --artifact-max-size of the node allows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "dir"})
    void a_repository_elsewhere_on_the_machine_is_refused(String how) throws Exception {
        Path elsewhere = Files.createDirectory(dir.resolve("elsewhere"));
        Path named =
                how.equals("file") ? elsewhere : Files.createSymbolicLink(repository.resolveSibling("link"), elsewhere);

        assertThatThrownBy(() -> fetch(request("git::file://" + named)))
                .isInstanceOfSatisfying(
                        ArtifactException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ArtifactException.Kind.RESTRICTED))
                .hasMessageContaining("--artifact-directory");
    }

    @Test
    void a_server_gets_headers_and_credentials_and_none_of_them_is_in_a_message() throws Exception {
        try (FileServer server = FileServer.start()) {
            ArtifactRequest request = request(
                    "git::" + server.url() + "/a.git",
                    "",
                    ArtifactMode.ARTIFACT_MODE_ANY,
                    Map.of(),
                    Map.of("Authorization", "Bearer hidden"));

            assertThatThrownBy(() -> fixture.artifacts(settings, server.url())
                            .fetch(request, fixture.task, ArtifactsFixture::nobody))
                    .hasMessageContaining("git: fatal: ")
                    .message()
                    .doesNotContain("hidden");

            assertThat(server.requests()).isNotEmpty();
            assertThat(server.requests().get(0).getFirst("Authorization")).isEqualTo("Bearer hidden");
        }
    }

    @Test
    void a_redirect_of_a_repository_is_not_followed() throws Exception {
        try (FileServer server = FileServer.start();
                FileServer other = FileServer.start()) {
            server.redirect("/a.git/info/refs", other.url() + "/a.git/info/refs");

            assertThatThrownBy(() -> fixture.artifacts(settings, server.url())
                            .fetch(request("git::" + server.url() + "/a.git"), fixture.task, ArtifactsFixture::nobody))
                    .isInstanceOf(ArtifactException.class);
            assertThat(other.requests()).isEmpty();
        }
    }

    @Test
    void git_and_what_it_has_started_end_when_the_thread_is_interrupted() throws Exception {
        try (FileServer server = FileServer.start()) {
            String url = server.url() + "/a.git";
            server.add("/a.git/info/refs", new byte[1000]);
            server.hang("/a.git/info/refs", 500);
            Artifacts patient = fixture.artifacts(settings, server.url());
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            Thread thread = new Thread(() -> end.complete(catchThrowable(
                    () -> patient.fetch(request("git::" + url), fixture.task, ArtifactsFixture::nobody))));
            thread.start();
            await().until(() -> !server.requests().isEmpty());
            assertThat(processes(url)).isNotEmpty();

            thread.interrupt();

            assertThat(end.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            await().untilAsserted(() -> assertThat(processes(url)).isEmpty());
        }
    }

    @Test
    void git_and_what_it_has_started_end_when_the_node_is_killed() throws Exception {
        try (FileServer server = FileServer.start()) {
            String url = server.url() + "/a.git";
            server.add("/a.git/info/refs", new byte[1000]);
            server.hang("/a.git/info/refs", 500);
            Process node = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            FetchProcess.class.getName(),
                            dir.toString(),
                            server.url(),
                            "git::" + url)
                    .redirectErrorStream(true)
                    .redirectOutput(dir.resolve("node.log").toFile())
                    .start();
            try {
                await().until(() -> !server.requests().isEmpty());
                assertThat(processes(url)).anyMatch(line -> line.contains("git-remote-http"));
            } finally {
                node.destroyForcibly().onExit().join();
            }

            await().untilAsserted(() -> assertThat(processes(url)).isEmpty());
        }
    }

    /** Returns the command lines that name a URL. */
    private static List<String> processes(String url) {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(url))
                .toList();
    }

    @Test
    void a_node_without_git_says_so_and_does_not_report_it() {
        Artifacts without =
                new Artifacts(settings, Restrictions.NONE, fixture.downloads, "/nonexistent", InstantSource.system());

        assertThat(without.attributes()).containsOnly(Map.entry("artifact.http", "1"), Map.entry("artifact.file", "1"));
        assertThat(artifacts.attributes()).containsEntry("artifact.git", "1");
        assertThatThrownBy(() -> without.fetch(request(url), fixture.task, ArtifactsFixture::nobody))
                .hasMessageContaining("the node has no git: install it and restart the node");
    }

    private void fetch(ArtifactRequest request) throws Exception {
        artifacts.fetch(request, fixture.task, ArtifactsFixture::nobody);
    }

    private void commit(String name, String content, String mode) throws Exception {
        Path file = repository.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        git("add", ".");
        git("commit", "--quiet", "-m", name);
    }

    private String git(String... arguments) throws Exception {
        return git(repository, arguments);
    }

    private static String git(Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
