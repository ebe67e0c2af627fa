package dev.gantry.node.artifact;

import static dev.gantry.node.artifact.ArtifactsFixture.SMALL;
import static dev.gantry.node.artifact.ArtifactsFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.gantry.concurrent.OwnThread;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.FileOwner;
import dev.gantry.model.ArtifactChecksum;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.ArtifactMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests artifacts of a real HTTP server. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpArtifactsTest {

    @TempDir
    Path dir;

    private FileServer server;
    private ArtifactsFixture fixture;
    private Artifacts artifacts;

    @BeforeEach
    void start() throws Exception {
        server = FileServer.start();
        fixture = new ArtifactsFixture(dir);
        artifacts = fixture.artifacts(SMALL, server.url());
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void a_file_is_put_into_local_under_its_name_and_every_user_may_read_it() throws Exception {
        fetch(request(server.add("/dir/hello.txt", text("hello"))));

        assertThat(fixture.local("hello.txt")).hasContent("hello");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fixture.local("hello.txt"))))
                .isEqualTo("rw-r--r--");
        assertThat(fixture.downloads).isEmptyDirectory();
        assertThat(fixture.task.artifacts().resolve("main")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: abc", "SSH-2.0 \u001b[31mhello"})
    void an_answer_that_is_malformed_may_be_better_next_time_and_its_words_command_no_terminal(String answer)
            throws Exception {
        try (ServerSocket raw = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + raw.getLocalPort();
            Thread malformed = new Thread(() -> {
                try (Socket connection = raw.accept()) {
                    connection.getInputStream().read(new byte[4096]);
                    connection.getOutputStream().write((answer + "\r\n\r\nx").getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            malformed.start();

            assertThatThrownBy(() -> fixture.artifacts(SMALL, url)
                            .fetch(request(url + "/x"), fixture.task, ArtifactsFixture::nobody))
                    .isInstanceOfSatisfying(
                            ArtifactException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ArtifactException.Kind.RETRY))
                    .message()
                    .contains(url)
                    .doesNotContainPattern("\\p{Cntrl}");
            malformed.join();
        }
    }

    @Test
    void destination_mode_and_filename_say_where_it_is_put() throws Exception {
        String url = server.add("/a", text("1"));

        fetch(request(url, "secrets/deep/b", ArtifactMode.ARTIFACT_MODE_FILE, Map.of(), Map.of()));
        fetch(request(url, "/local/deep", ArtifactMode.ARTIFACT_MODE_ANY, Map.of("filename", "c"), Map.of()));
        fetch(request(url, "", ArtifactMode.ARTIFACT_MODE_FILE, Map.of(), Map.of()));

        assertThat(fixture.task.secrets().resolve("deep/b")).hasContent("1");
        assertThat(fixture.local("deep/c")).hasContent("1");
        assertThat(fixture.local("a")).hasContent("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../other/local", "local/../..", "driver", "local/../driver/x", "/", "alloc/x"})
    void a_destination_outside_of_the_tasks_directory_is_refused(String destination) {
        ArtifactRequest request =
                request(server.add("/a", text("1")), destination, ArtifactMode.ARTIFACT_MODE_ANY, Map.of(), Map.of());

        assertThatThrownBy(() -> fetch(request))
                .isInstanceOfSatisfying(
                        ArtifactException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ArtifactException.Kind.INVALID))
                .hasMessageContaining("name one below local/ or secrets/");
    }

    @Test
    void links_that_a_task_has_left_in_the_way_are_replaced_and_not_followed() throws Exception {
        Path outside = Files.createDirectory(dir.resolve("outside"));
        Path file = Files.writeString(outside.resolve("a"), "untouched");
        Files.createSymbolicLink(fixture.local("data"), outside);
        Files.createSymbolicLink(fixture.local("a"), file);

        fetch(request(server.add("/a", text("1")), "local/data", ArtifactMode.ARTIFACT_MODE_ANY, Map.of(), Map.of()));
        fetch(request(server.add("/b/a", text("2"))));

        assertThat(file).hasContent("untouched");
        assertThat(outside).isDirectoryContaining("glob:**/a").isDirectoryNotContaining("glob:**/b");
        assertThat(fixture.local("data/a")).hasContent("1");
        assertThat(fixture.local("a")).hasContent("2").isRegularFile();
        assertThat(Files.isSymbolicLink(fixture.local("a"))).isFalse();
    }

    @Test
    void a_broken_off_download_goes_on_where_it_ended() throws Exception {
        byte[] content = random(300_000);
        String url = server.add("/big", content);
        server.breakOff("/big", 100_000, HttpArtifactsTest::nothing);

        fetch(request(url));

        assertThat(fixture.local("big")).hasBinaryContent(content);
        assertThat(ranges())
                .satisfiesExactly(
                        first -> assertThat(first).isEmpty(),
                        rest -> assertThat(rest.orElseThrow()).matches("bytes=[1-9][0-9]*-"));
    }

    @Test
    void a_broken_off_download_begins_anew_if_the_file_has_changed() throws Exception {
        byte[] changed = random(200_000);
        String url = server.add("/big", random(300_000));
        server.breakOff("/big", 100_000, () -> {
            server.add("/big", changed);
            server.setVersion("\"2\"");
        });

        fetch(request(url));

        assertThat(fixture.local("big")).hasBinaryContent(changed);
    }

    @Test
    void a_download_that_breaks_off_again_and_again_fails_and_the_next_start_of_the_task_resumes_it() throws Exception {
        byte[] content = random(400_000);
        String url = server.add("/big", content);
        for (int end = 100_000; end < 400_000; end += 100_000) {
            server.breakOff("/big", end, HttpArtifactsTest::nothing);
        }
        assertThatThrownBy(() -> fetch(request(url)))
                .isInstanceOfSatisfying(
                        ArtifactException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ArtifactException.Kind.RETRY));

        fixture.artifacts(SMALL, server.url()).fetch(request(url), fixture.task, ArtifactsFixture::nobody);

        assertThat(fixture.local("big")).hasBinaryContent(content);
        assertThat(ranges()).hasSize(4).last().asString().containsPattern("bytes=[1-9][0-9]*-");
    }

    @Test
    void a_server_that_sends_nothing_any_more_is_given_up() {
        String url = server.add("/big", random(100_000));
        for (int i = 0; i < 3; i++) {
            server.hang("/big", 50_000);
        }
        ArtifactSettings impatient = ArtifactsFixture.settings(Duration.ofSeconds(30), Duration.ofMillis(100));

        assertThatThrownBy(() -> fixture.artifacts(impatient, server.url())
                        .fetch(request(url), fixture.task, ArtifactsFixture::nobody))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("no data for");
    }

    @Test
    void a_server_that_sends_too_little_is_given_up() {
        String url = server.add("/big", random(100_000));
        server.drip("/big", Duration.ofMillis(10));
        ArtifactSettings impatient = new ArtifactSettings(
                List.of(),
                Optional.empty(),
                4 << 20,
                4 << 20,
                100,
                Duration.ofSeconds(50),
                Duration.ofMillis(600),
                10_000,
                Duration.ofSeconds(30));

        assertThatThrownBy(() -> fixture.artifacts(impatient, server.url())
                        .fetch(request(url), fixture.task, ArtifactsFixture::nobody))
                .isInstanceOfSatisfying(
                        ArtifactException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ArtifactException.Kind.RETRY))
                .hasMessageEndingWith("its server sends less than 10000 bytes a second");
        assertThat(server.requests()).as("the turn is given back at once").hasSize(1);
    }

    @Test
    void servers_of_one_job_that_hang_do_not_keep_another_job_from_its_artifact() throws Exception {
        List<Thread> hanging = new ArrayList<>();
        for (int i = 0; i < ArtifactSettings.AT_ONCE + 1; i++) {
            String url = server.add("/hangs" + i, random(100_000));
            server.hang("/hangs" + i, 50_000);
            TaskDirectory task = new TaskDirectory(fixture.task.allocation(), "t" + i);
            Files.createDirectories(task.local());
            hanging.add(new Thread(() -> {
                var unused = catchThrowable(() -> artifacts.fetch(request(url), task, ArtifactsFixture::nobody));
            }));
        }
        hanging.forEach(Thread::start);
        await().until(() -> server.requests().size() == ArtifactSettings.AT_ONCE / 2);

        ArtifactRequest ofOther = new ArtifactRequest(
                "other job",
                "1",
                server.add("/a", text("1")),
                server.url() + "/a",
                false,
                "",
                ArtifactMode.ARTIFACT_MODE_ANY,
                Map.of(),
                Map.of(),
                FileOwner.OF_THIS_PROCESS);
        fetch(ofOther);

        assertThat(fixture.local("a")).hasContent("1");
        hanging.forEach(Thread::interrupt);
        for (Thread thread : hanging) {
            thread.join();
        }
    }

    @Test
    void a_request_goes_to_the_address_that_was_checked_under_the_name_of_the_server() throws Exception {
        String named = server.url().replace("127.0.0.1", "artifacts.invalid");
        ServerGuard guard =
                new ServerGuard(ArtifactsFixture.only(named), host -> InetAddress.getAllByName("127.0.0.1"));
        server.add("/a", text("1"));

        // Nobody else than the guard knows the name.
        fixture.artifacts(SMALL, guard).fetch(request(named + "/a?b=c"), fixture.task, ArtifactsFixture::nobody);

        assertThat(fixture.local("a")).hasContent("1");
        assertThat(server.requests())
                .singleElement()
                .satisfies(headers ->
                        assertThat("http://" + headers.getFirst("Host")).isEqualTo(named));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fd00:ec2::254", "fd20:ce::254", "169.254.169.254", "168.63.129.16", "::ffff:127.0.0.1"})
    void a_name_that_leads_to_a_service_for_the_machine_alone_is_refused(String address) {
        ServerGuard guard =
                new ServerGuard(ArtifactsFixture.only("http://*"), host -> InetAddress.getAllByName(address));

        assertThatThrownBy(() -> fixture.artifacts(SMALL, guard)
                        .fetch(request("http://artifacts.invalid/a"), fixture.task, ArtifactsFixture::nobody))
                .hasMessageContaining(
                        "the node asks no server of its own machine, link or cloud, such as artifacts.invalid")
                .hasMessageEndingWith("unless artifact_sources of its restrictions names the server without a *");
    }

    @Test
    void a_download_that_can_t_be_resumed_leaves_nothing_and_others_are_not_kept_without_a_bound() throws Exception {
        server.hang("/empty", 0);
        String empty = server.add("/empty", random(1000));
        String unknown = server.redirect("/r", "http://127.0.0.1:1/nobody");
        ArtifactSettings hurried = ArtifactsFixture.settings(Duration.ofMillis(500), Duration.ofSeconds(30));
        for (int i = 0; i < 5000; i++) {
            Path part = Files.writeString(fixture.downloads.resolve("%064x.part".formatted(i)), "x");
            Files.setLastModifiedTime(part, FileTime.fromMillis(i));
        }

        for (String url : List.of(empty, unknown)) {
            assertThatThrownBy(() -> fixture.artifacts(hurried, server.url(), "http://127.0.0.1:1")
                            .fetch(request(url), fixture.task, ArtifactsFixture::nobody))
                    .isInstanceOf(ArtifactException.class);
        }

        try (var left = Files.list(fixture.downloads)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .hasSize(4096)
                    .contains("%064x.part".formatted(4999))
                    .doesNotContain("%064x.part".formatted(0));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ftp://127.0.0.1/a        | redirects to something else than http:// and https://",
                "http://some_host/a       | redirects to a URL with a host that has other characters",
                "http://127.0.0.1:99999/a | a port above 65535",
                "http://u:hidden@SERVER/a | or with a user",
                "http://SERVER/team/%2e/a | its server redirects, but the node does not allow artifacts from \"http://SERVER\": artifact_sources judges no URL that has an escape",
                "http://SERVER/other      | its server redirects, but the node does not allow this path of \"http://SERVER\" (allowed: http://SERVER/team)",
                "http://example.com/a     | its server redirects, but the node does not allow artifacts from \"http://example.com\" (allowed: http://SERVER/team)",
            })
    void a_redirect_that_is_not_followed_is_refused_for_its_own_fault(String target, String why) {
        String host = server.url().substring("http://".length());
        String url = server.redirect("/team/a", target.replace("SERVER", host));

        assertThatThrownBy(() -> fixture.artifacts(SMALL, server.url() + "/team")
                        .fetch(request(url), fixture.task, ArtifactsFixture::nobody))
                .isInstanceOf(ArtifactException.class)
                .message()
                .contains(why.replace("SERVER", host))
                .doesNotContain("hidden");
    }

    @Test
    void a_fetch_ends_when_its_time_is_over() {
        String url = server.add("/big", random(100_000));
        server.hang("/big", 50_000);
        ArtifactSettings hurried = ArtifactsFixture.settings(Duration.ofMillis(500), Duration.ofSeconds(30));

        assertThatThrownBy(() -> fixture.artifacts(hurried, server.url())
                        .fetch(request(url), fixture.task, ArtifactsFixture::nobody))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("it takes longer than");
    }

    @Test
    void a_fetch_ends_when_its_thread_is_interrupted() throws Exception {
        String url = server.add("/big", random(100_000));
        server.hang("/big", 50_000);
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread thread = new Thread(() -> end.complete(catchThrowable(() -> fetch(request(url)))));
        thread.start();
        await().until(() -> !server.requests().isEmpty());

        thread.interrupt();

        assertThat(end.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void tasks_that_start_at_the_same_time_download_a_file_with_a_checksum_once() throws Exception {
        byte[] content = random(300_000);
        ArtifactRequest request = request(server.add("/a", content), Map.of("checksum", sha256(content)));
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            TaskDirectory task = new TaskDirectory(fixture.task.allocation(), "t" + i);
            Files.createDirectories(task.local());
            all.add(OwnThread.run(() -> artifacts.fetch(request, task, ArtifactsFixture::nobody)));
        }

        all.forEach(CompletableFuture::join);

        assertThat(server.requests()).hasSize(1);
        assertThat(fixture.task.allocation().resolve("t5/local/a")).hasBinaryContent(content);
    }

    @Test
    void a_wrong_checksum_is_refused_with_the_right_one_and_leaves_nothing() {
        String url = server.add("/a", text("1"));
        String wrong = "md5:" + "0".repeat(32);

        assertThatThrownBy(() -> fetch(request(url, Map.of("checksum", wrong))))
                .isInstanceOf(ArtifactException.class)
                .hasMessage(
                        "Failed to download artifact \"%s\": it has the checksum md5:c4ca4238a0b923820dcc509a6f75849b, and not %s"
                                .formatted(url, wrong));
        assertThat(fixture.local("a")).doesNotExist();
        assertThat(fixture.downloads).isEmptyDirectory();
    }

    @Test
    void a_file_with_a_checksum_is_downloaded_once_and_verified_at_each_use() throws Exception {
        byte[] content = text("kept");
        ArtifactRequest request = request(server.add("/a", content), Map.of("checksum", sha256(content)));
        fetch(request);
        fetch(request);
        assertThat(server.requests()).hasSize(1);
        try (var kept = Files.list(fixture.downloads)) {
            Files.writeString(kept.findFirst().orElseThrow(), "damaged");
        }

        fetch(request);

        assertThat(server.requests()).hasSize(2);
        assertThat(fixture.local("a")).hasContent("kept");
    }

    @Test
    void who_asks_with_other_headers_does_not_get_what_is_kept() throws Exception {
        byte[] content = text("kept");
        String url = server.add("/a", content);
        Map<String, String> checksum = Map.of("checksum", sha256(content));
        fetch(request(url, "", ArtifactMode.ARTIFACT_MODE_ANY, checksum, Map.of("Authorization", "Bearer x")));

        fetch(request(url, checksum));

        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void what_was_not_used_for_longest_is_deleted_when_too_much_is_kept() throws Exception {
        ArtifactSettings small = SMALL.with(List.of(), Optional.empty(), 1 << 20, 250_000);
        Artifacts bounded = fixture.artifacts(small, server.url());
        for (String name : List.of("/a", "/b", "/a", "/c")) {
            byte[] content = new byte[100_000 + name.charAt(1)];
            bounded.fetch(
                    request(server.add(name, content), Map.of("checksum", sha256(content))),
                    fixture.task,
                    ArtifactsFixture::nobody);
        }
        assertThat(server.requests()).hasSize(3);

        byte[] first = new byte[100_000 + 'a'];
        bounded.fetch(
                request(server.url() + "/a", Map.of("checksum", sha256(first))),
                fixture.task,
                ArtifactsFixture::nobody);
        byte[] second = new byte[100_000 + 'b'];
        bounded.fetch(
                request(server.url() + "/b", Map.of("checksum", sha256(second))),
                fixture.task,
                ArtifactsFixture::nobody);

        assertThat(server.requests()).hasSize(4);
    }

    @Test
    void a_file_that_is_too_large_is_refused_whether_its_server_says_so_or_not() {
        String url = server.add("/a", new byte[5 << 20]);

        assertThatThrownBy(() -> fetch(request(url)))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("larger than 4194304 bytes, which --artifact-max-size of the node allows");
    }

    @Test
    void headers_and_credentials_go_to_the_server_of_the_url_and_not_to_where_it_redirects() throws Exception {
        try (FileServer other = FileServer.start()) {
            Path file = Files.writeString(dir.resolve("credentials"), """
                    # for the team
                    %s/team basic ann secret word
                    """.formatted(server.url()));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            ArtifactSettings settings = SMALL.with(List.of(), Optional.of(file), 1 << 20, 1 << 20);
            Artifacts trusted = fixture.artifacts(settings, server.url(), other.url());
            server.redirect("/team/b", other.add("/b", text("1")));
            String url = server.redirect("/team/a", server.url() + "/team/b");

            trusted.fetch(
                    request(url, "", ArtifactMode.ARTIFACT_MODE_ANY, Map.of(), Map.of("X-Token", "t")),
                    fixture.task,
                    ArtifactsFixture::nobody);
            trusted.fetch(request(server.add("/teams", text("2"))), fixture.task, ArtifactsFixture::nobody);

            assertThat(server.requests().subList(0, 2)).allSatisfy(headers -> {
                assertThat(headers.getFirst("Authorization")).isEqualTo("Basic YW5uOnNlY3JldCB3b3Jk");
                assertThat(headers.getFirst("X-Token")).isEqualTo("t");
            });
            assertThat(server.requests().get(2)).doesNotContainKey("Authorization");
            assertThat(other.requests())
                    .singleElement()
                    .satisfies(headers -> assertThat(headers).doesNotContainKeys("Authorization", "X-token"));
        }
    }

    @Test
    void neither_headers_nor_a_secret_source_get_into_a_message() {
        ArtifactRequest request = new ArtifactRequest(
                "job",
                "1",
                server.url() + "/${var.jobs/j.key}",
                server.url() + "/hidden?key=hidden",
                true,
                "",
                ArtifactMode.ARTIFACT_MODE_ANY,
                Map.of(),
                Map.of("Authorization", "hidden\nx"),
                FileOwner.OF_THIS_PROCESS);
        ArtifactRequest elsewhere = new ArtifactRequest(
                "job",
                "1",
                "https://example.com/${var.jobs/j.key}",
                "https://example.com/hidden",
                true,
                "",
                ArtifactMode.ARTIFACT_MODE_ANY,
                Map.of(),
                Map.of(),
                FileOwner.OF_THIS_PROCESS);

        for (ArtifactRequest one : List.of(request, elsewhere)) {
            assertThatThrownBy(() -> fetch(one))
                    .isInstanceOf(ArtifactException.class)
                    .message()
                    .doesNotContain("hidden");
            assertThat(one).asString().doesNotContain("hidden");
        }
    }

    @Test
    void a_server_of_this_machine_is_asked_only_if_the_owner_of_the_node_names_it() {
        String url = server.add("/a", text("1"));

        for (Artifacts one : List.of(
                fixture.artifacts(SMALL, Restrictions.NONE), fixture.artifacts(SMALL, "http://*", "http://127.*"))) {
            assertThatThrownBy(() -> one.fetch(request(url), fixture.task, ArtifactsFixture::nobody))
                    .isInstanceOfSatisfying(
                            ArtifactException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ArtifactException.Kind.RESTRICTED));
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void a_redirect_leads_to_no_server_that_is_not_allowed() throws Exception {
        try (FileServer other = FileServer.start()) {
            String url = server.redirect("/a", other.add("/b", text("1")));

            assertThatThrownBy(() -> fetch(request(url)))
                    .isInstanceOf(ArtifactException.class)
                    .hasMessageContaining(
                            "the node does not allow artifacts from \"%s\" (allowed: %s)", other.url(), server.url());
            assertThat(other.requests()).isEmpty();
        }
    }

    @Test
    void redirects_in_a_circle_and_a_missing_file_are_worth_another_attempt() {
        String circle = server.redirect("/a", "/a");

        assertThatThrownBy(() -> fetch(request(circle)))
                .isInstanceOfSatisfying(
                        ArtifactException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ArtifactException.Kind.RETRY))
                .hasMessageContaining("redirects more than 10 times");
        assertThatThrownBy(() -> fetch(request(server.url() + "/missing")))
                .isInstanceOfSatisfying(
                        ArtifactException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ArtifactException.Kind.RETRY))
                .hasMessageEndingWith("its server answers with status 404");
    }

    @Test
    void what_was_fetched_for_an_allocation_is_not_fetched_again() throws Exception {
        ArtifactRequest one = request(server.add("/a", text("1")));
        ArtifactRequest other = request(server.add("/b", text("2")));
        assertThat(artifacts.missing(List.of(one, other), fixture.task)).containsExactly(one, other);

        fetch(one);

        assertThat(fixture.artifacts(SMALL, server.url()).missing(List.of(one, other), fixture.task))
                .containsExactly(other);
    }

    private void fetch(ArtifactRequest request) throws Exception {
        artifacts.fetch(request, fixture.task, ArtifactsFixture::nobody);
    }

    private static void nothing() {}

    /** Returns the range that each request asks for; empty if it asks for all. */
    private List<Optional<String>> ranges() {
        return server.requests().stream()
                .map(headers -> Optional.ofNullable(headers.getFirst("Range")))
                .toList();
    }

    private static String sha256(byte[] content) {
        return "sha256:"
                + HexFormat.of()
                        .formatHex(new ArtifactChecksum("sha256", "").digest().digest(content));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
