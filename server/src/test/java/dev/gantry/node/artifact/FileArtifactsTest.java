package dev.gantry.node.artifact;

import static dev.gantry.node.artifact.ArtifactsFixture.SMALL;
import static dev.gantry.node.artifact.ArtifactsFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.files.FileOwner;
import dev.gantry.restriction.Restrictions;
import dev.gantry.v1.ArtifactMode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests artifacts of the node's machine, and the file of credentials. */
class FileArtifactsTest {

    @TempDir
    Path dir;

    private Path source;
    private ArtifactsFixture fixture;
    private Artifacts artifacts;

    @BeforeEach
    void start() throws Exception {
        source = Files.createDirectory(dir.resolve("source")).toRealPath();
        fixture = new ArtifactsFixture(dir);
        artifacts = fixture.artifacts(
                SMALL.with(List.of(source), Optional.empty(), SMALL.maxBytes(), SMALL.cacheBytes()), Restrictions.NONE);
    }

    @Test
    void a_file_and_a_directory_below_the_named_one_are_copied() throws Exception {
        Files.writeString(source.resolve("a"), "1");
        Files.createDirectories(source.resolve("d/e"));
        Files.writeString(source.resolve("d/e/f"), "2");
        Files.createSymbolicLink(source.resolve("d/g"), Path.of("e/f"));

        artifacts.fetch(request("file://" + source + "/a"), fixture.task, ArtifactsFixture::nobody);
        artifacts.fetch(request("file://" + source + "/d"), fixture.task, ArtifactsFixture::nobody);

        assertThat(fixture.local("a")).hasContent("1");
        assertThat(fixture.local("e/f")).hasContent("2");
        assertThat(Files.readSymbolicLink(fixture.local("g"))).hasToString("e/f");
        assertThat(source.resolve("d/e/f")).hasContent("2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/etc/hostname", "SOURCE/../secret", "SOURCE/link", "SOURCE/%2e%2e/secret", "SOURCE2/secret"})
    void a_file_that_is_not_below_it_is_refused_whether_it_exists_or_not(String path) throws Exception {
        Files.writeString(dir.resolve("secret"), "1");
        Files.createDirectory(dir.resolve("source2"));
        Files.writeString(dir.resolve("source2/secret"), "1");
        Files.createSymbolicLink(source.resolve("link"), dir.resolve("secret"));
        String named = path.replace("SOURCE2", source + "2").replace("SOURCE", source.toString());

        for (String url : List.of("file://" + named, "file:///nonexistent")) {
            assertThatThrownBy(() -> artifacts.fetch(request(url), fixture.task, ArtifactsFixture::nobody))
                    .isInstanceOfSatisfying(
                            ArtifactException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ArtifactException.Kind.RESTRICTED))
                    .hasMessageEndingWith("only from below what --artifact-directory names");
        }
        assertThat(fixture.task.local()).isEmptyDirectory();
    }

    @Test
    void a_directory_with_a_link_that_leads_out_is_refused() throws Exception {
        Files.createDirectory(source.resolve("d"));
        Files.createSymbolicLink(source.resolve("d/up"), Path.of("../.."));

        assertThatThrownBy(() ->
                        artifacts.fetch(request("file://" + source + "/d"), fixture.task, ArtifactsFixture::nobody))
                .hasMessageContaining("it has a link that leads out of it: \"up\"");
    }

    @Test
    void files_belong_to_the_tasks_user_if_the_job_says_so() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "Only root can give files away");
        Files.createDirectories(source.resolve("d/e"));
        ArtifactRequest request = new ArtifactRequest(
                "job",
                "1",
                "file://" + source,
                "file://" + source,
                false,
                "local/x",
                ArtifactMode.ARTIFACT_MODE_ANY,
                Map.of(),
                Map.of(),
                FileOwner.of("1234", ""));

        artifacts.fetch(request, fixture.task, ArtifactsFixture::nobody);

        assertThat(Files.getAttribute(fixture.local("x/d/e"), "unix:uid")).isEqualTo(1234);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com/a",
                "https://example.com/a bearer",
                "https://example.com/a basic user",
                "https://example.com/a token hidden",
                "https://user:hidden@example.com/a bearer hidden",
                "http://example.com/a bearer hidden",
                "https:///a bearer hidden",
                "hidden",
            })
    void a_faulty_line_of_credentials_is_named_by_its_number_alone(String line) throws Exception {
        Path file = credentials("# ours\n\nhttps://example.com bearer x\n" + line);

        assertThatThrownBy(() -> ArtifactCredentials.read(Optional.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ":4: ")
                .message()
                .doesNotContain("hidden");
    }

    @Test
    void credentials_that_every_user_can_read_are_refused() throws Exception {
        Path file = credentials("https://example.com bearer x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> ArtifactCredentials.read(Optional.of(file))).hasMessageContaining("chmod o-rw");
    }

    @Test
    void the_longest_url_that_covers_another_one_counts() throws Exception {
        ArtifactCredentials credentials = ArtifactCredentials.read(Optional.of(credentials("""
                https://example.com/ bearer all
                https://example.com/team header X-Token team
                https://example.com:8443 bearer port
                """)));

        assertThat(credentials.headers(URI.create("https://example.com/a"))).containsValue("Bearer all");
        assertThat(credentials.headers(URI.create("https://EXAMPLE.com:443/team/a")))
                .containsEntry("x-token", "team");
        assertThat(credentials.headers(URI.create("https://example.com/teams"))).containsValue("Bearer all");
        assertThat(credentials.headers(URI.create("https://example.com/team/../a")))
                .containsValue("Bearer all");
        assertThat(credentials.headers(URI.create("https://example.com:8443/x")))
                .containsValue("Bearer port");
        assertThat(credentials.headers(URI.create("http://example.com/a"))).isEmpty();
        assertThat(credentials.headers(URI.create("https://example.com.evil.org/a")))
                .isEmpty();
    }

    private Path credentials(String text) throws IOException {
        Path file = Files.writeString(dir.resolve("credentials"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
