package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.Program.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests when {@code .ci/release} refuses to make a release, in a repository of its own. Releases as a whole are tested
 * by hand (docs/release.md).
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ReleaseScriptTest {

    @TempDir
    Path dir;

    @BeforeEach
    void makeRepository() throws Exception {
        Files.createDirectories(dir.resolve(".ci"));
        Files.copy(Program.ROOT.resolve(".ci/release"), dir.resolve(".ci/release"));
        // Not this repository's POM: the tests of a release run while its version is no snapshot.
        Files.writeString(dir.resolve("pom.xml"), "<project>\n  <version>0.1.0-SNAPSHOT</version>\n</project>\n");
        Files.writeString(dir.resolve("CHANGELOG.md"), "# Changelog\n\n## Unreleased\n\n- Something.\n");
        git("init", "--quiet", "--initial-branch", "main");
        git("config", "user.name", "Somebody");
        git("config", "user.email", "somebody@example.com");
        commit();
    }

    @Test
    void versions_that_are_none_or_do_not_rise_are_refused() throws Exception {
        assertThat(refusal("1.0")).contains("\"1.0\" is no version");
        assertThat(refusal("01.0.0")).contains("\"01.0.0\" is no version");
        assertThat(refusal("v1.0.0")).contains("\"v1.0.0\" is no version");
        assertThat(refusal("1.10.0", "--next", "1.9.0")).contains("1.9.0, is not above 1.10.0");
        assertThat(refusal("1.0.0", "--next", "1.0.0")).contains("1.0.0, is not above 1.0.0");
    }

    @Test
    void a_branch_other_than_main_is_refused() throws Exception {
        git("checkout", "--quiet", "-b", "feature");

        assertThat(refusal("1.0.0")).contains("releases are made of main; this is feature");
    }

    @Test
    void uncommitted_changes_are_refused() throws Exception {
        Files.writeString(dir.resolve("new-file"), "");

        assertThat(refusal("1.0.0")).contains("there are uncommitted changes");
    }

    @Test
    void a_version_that_has_a_tag_is_refused() throws Exception {
        git("tag", "v1.0.0");

        assertThat(refusal("1.0.0")).contains("the tag v1.0.0 exists");
    }

    @Test
    void a_changelog_that_does_not_say_what_changed_is_refused() throws Exception {
        Files.writeString(dir.resolve("CHANGELOG.md"), "## Unreleased\n\n## 0.1.0 (2026-01-01)\n\n- Something.\n");
        commit();

        assertThat(refusal("0.2.0")).contains("\"Unreleased\" of CHANGELOG.md is empty");
        assertThat(refusal("0.1.0")).contains("has a section of 0.1.0 already");
    }

    @Test
    void a_repository_whose_version_is_released_already_is_refused() throws Exception {
        Path pom = dir.resolve("pom.xml");
        Files.writeString(pom, Files.readString(pom).replace("-SNAPSHOT", ""));
        commit();

        assertThat(refusal("1.0.0")).contains("the version in pom.xml is no snapshot");
    }

    private String refusal(String... arguments) throws IOException, InterruptedException {
        Outcome outcome = run(Stream.concat(Stream.of(".ci/release"), Stream.of(arguments)));
        assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(1);
        assertThat(run(Stream.of("git", "log", "--format=%s")).output()).doesNotContain("Release");
        return outcome.output();
    }

    private void commit() throws IOException, InterruptedException {
        git("add", "--all");
        git("commit", "--quiet", "--message", "Change something");
    }

    private void git(String... arguments) throws IOException, InterruptedException {
        Outcome outcome = run(Stream.concat(Stream.of("git"), Stream.of(arguments)));
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }

    private Outcome run(Stream<String> command) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command.toList()).directory(dir.toFile());
        // Git hooks and settings of the user are not used.
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        return Program.run(builder);
    }
}
