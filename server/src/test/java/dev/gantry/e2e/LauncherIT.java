package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.client.GantryClient;
import dev.gantry.client.Jobs;
import dev.gantry.e2e.Program.Outcome;
import dev.gantry.v1.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, {@code ./gantry}: what it builds, and what becomes of the programs that run from an older build. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LauncherIT {

    @TempDir
    Path dir;

    private ScratchCheckout checkout;

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = ScratchCheckout.in(dir.resolve("checkout"));
    }

    @Test
    void a_server_goes_on_and_ends_well_when_its_checkout_is_built_anew_and_cleaned() throws Exception {
        try (LongRunning server = startServer()) {
            String address = server.await("is ready at (\\S+)");
            checkout.touchSources();

            Outcome rebuilt = Program.run(checkout.gantry("--version"));
            checkout.clean();

            assertThat(rebuilt.exitCode()).as(rebuilt.output()).isZero();
            assertThat(checkout.builds()).isEqualTo(2);
            try (GantryClient client = GantryClient.builder()
                    .address(address)
                    .tokenFile(dir.resolve("server/server/management.token"))
                    .build()) {
                client.jobs().submit(job("after-the-build"));
                assertThat(client.jobs()
                                .get("after-the-build")
                                .getJob()
                                .getJob()
                                .getId())
                        .isEqualTo("after-the-build");
                client.jobs().stop("after-the-build");
            }
            assertThat(server.terminate()).as(server.log()).isZero();
            assertThat(server.log()).contains("has stopped").doesNotContain("Error", "Exception");
        }
    }

    @Test
    void what_runs_keeps_its_build_and_of_the_others_the_last_two_are_kept() throws Exception {
        try (LongRunning server = startServer()) {
            server.await("is ready at (\\S+)");
            List<Path> first = checkout.kept();

            for (int build = 0; build < 4; build++) {
                checkout.touchSources();
                assertThat(Program.run(checkout.gantry("--version")).exitCode()).isZero();
            }

            assertThat(first).hasSize(1);
            assertThat(checkout.kept()).hasSize(3).containsAll(first);
            assertThat(server.terminate()).isZero();
            checkout.touchSources();
            assertThat(Program.run(checkout.gantry("--version")).exitCode()).isZero();
            assertThat(checkout.kept()).hasSize(2).doesNotContainAnyElementsOf(first);
        }
    }

    @Test
    void launchers_that_are_started_together_build_once() throws Exception {
        List<Process> together = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            together.add(checkout.gantry("--version")
                    .redirectOutput(dir.resolve("out" + i).toFile())
                    .redirectError(dir.resolve("err" + i).toFile())
                    .start());
        }

        for (int i = 0; i < 3; i++) {
            assertThat(together.get(i).waitFor()).isZero();
            assertThat(dir.resolve("out" + i)).content().startsWith("gantry ");
        }
        assertThat(checkout.builds()).isEqualTo(1);
    }

    @Test
    void a_copy_with_other_times_is_built_if_and_only_if_its_sources_differ() throws Exception {
        assertThat(Program.run(checkout.gantry("--version")).exitCode()).isZero();
        ScratchCheckout same = checkout.copied(dir.resolve("same"));
        ScratchCheckout other = checkout.copied(dir.resolve("other"));
        other.changeSourceButNotItsTime();

        for (int time = 0; time < 2; time++) {
            assertThat(Program.run(same.gantry("--version")).exitCode()).isZero();
            assertThat(Program.run(other.gantry("--version")).exitCode()).isZero();
        }

        assertThat(same.builds()).isEqualTo(1);
        assertThat(other.builds()).isEqualTo(2);
    }

    @Test
    void an_unpacked_release_runs_as_it_is() throws Exception {
        Outcome built = Program.run(checkout.gantry("--version"));
        Path release = checkout.kept().get(0);
        Files.copy(checkout.root().resolve("gantry"), release.resolve("gantry"));

        Outcome unpacked = Program.run(ScratchCheckout.launcher(release, "--version"));

        assertThat(unpacked.exitCode()).as(unpacked.output()).isZero();
        assertThat(unpacked.output()).startsWith("gantry ").isSubstringOf(built.output());
        assertThat(checkout.builds()).isEqualTo(1);
        assertThat(release.resolve(".runs")).doesNotExist();
    }

    private LongRunning startServer() {
        return LongRunning.start(
                dir.resolve("server.log"),
                checkout.gantry("server", "--data-dir", dir.resolve("server").toString(), "--listen", "127.0.0.1:0"));
    }

    private static Job job(String id) {
        return Jobs.service(id)
                .group(Jobs.group("group").task(Jobs.rkt("task", "/srv/image.aci")))
                .build();
    }
}
