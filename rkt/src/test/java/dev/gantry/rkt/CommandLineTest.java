package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The output, error lines and exit codes that callers parse are those of rkt 1.30. */
class CommandLineTest extends RktTest {

    @Test
    void version_prints_rkts_lines_and_says_what_it_is() {
        Rkt.Result result = rkt.call("version").succeeded();

        assertThat(result.out().lines())
                .hasSize(6)
                .contains("rkt Version: 1.30.0", "appc Version: 0.8.11", "Features: -TPM -SDJOURNAL")
                .anyMatch(line -> line.matches("Go OS/Arch: linux/[a-z0-9]+"))
                .last()
                .asString()
                .matches("Implementation: Gantry rkt \\d\\S+ \\((fly|crun)\\)");
        assertThat(result.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "run-prepared", "enter", "cat-manifest"})
    void an_unknown_pod_is_reported(String command) {
        String uuid = UUID.randomUUID().toString();

        Rkt.Result result = rkt.call(command, uuid);

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err())
                .isEqualTo("%s: problem retrieving pod: no matches found for \"%s\"\n".formatted(command, uuid));
        assertThat(result.out()).isEmpty();
    }

    @Test
    void rm_and_stop_report_an_unknown_pod_and_then_that_they_failed() {
        String uuid = UUID.randomUUID().toString();

        Rkt.Result rm = rkt.call("rm", uuid);
        assertThat(rm.exitCode()).isEqualTo(254);
        assertThat(rm.err())
                .isEqualTo("rm: cannot get pod: no matches found for \"%s\"\nrm: failed to remove one or more pods\n"
                        .formatted(uuid));

        Rkt.Result stop = rkt.call("stop", uuid);
        assertThat(stop.exitCode()).isEqualTo(254);
        assertThat(stop.err())
                .isEqualTo("stop: cannot get pod: no matches found for \"%s\"\nstop: failed to stop 1 pod(s)\n"
                        .formatted(uuid));
    }

    @Test
    void what_is_no_uuid_matches_no_pod() {
        rkt.prepare(image.toString());

        for (String uuid : List.of("*", "../run", "a b", "\"; echo x", "")) {
            assertThat(rkt.call("status", uuid).exitCode()).as(uuid).isEqualTo(254);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "list", "stop", "rm", "gc", "run-prepared", "prepare", "run", "fetch", "image"})
    void an_unknown_flag_is_refused_with_the_commands_help(String command) {
        Rkt.Result result = rkt.call(command, "--bogus");

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).isEqualTo("Error: unknown flag: --bogus\n");
        assertThat(result.out()).contains("Usage:").contains("rkt " + command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "prepare"})
    void a_usage_error_is_the_last_line_on_a_terminal(String command) throws Exception {
        Process process = new ProcessBuilder("bin/rkt", "--dir=" + rkt.data(), command, "--bogus")
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();

        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(printed.lines().toList())
                .startsWith(firstLineOfHelp(command))
                .endsWith("Error: unknown flag: --bogus");
    }

    private static String firstLineOfHelp(String command) throws IOException {
        return Files.readAllLines(Path.of("libexec/help").resolve(command + ".txt"))
                .get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "prepare"})
    void an_insecure_option_that_there_is_none_of_is_named(String command) {
        assertThat(rkt.call("--insecure-options=image,bogus", command, "x").err())
                .isEqualTo("Error: invalid argument \"image,bogus\" for --insecure-options=image,bogus:"
                        + " unknown option \"bogus\"\n");
        assertThat(rkt.call("--insecure-options=image,Image", command, "x").err())
                .contains("duplicated option \"image\"");
        assertThat(rkt.call("--insecure-options=", command, "/no/such.aci").err())
                .startsWith(command + ": ");
    }

    @Test
    void the_last_insecure_options_count() {
        assertThat(rkt.call("--insecure-options=image", "--insecure-options=http", "prepare", image.toString())
                        .err())
                .contains(".asc: no such file");
    }

    @Test
    void an_unknown_command_is_refused() {
        Rkt.Result result = rkt.call("fly-me-to-the-moon");

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).startsWith("Error: unknown command \"fly-me-to-the-moon\" for \"rkt\"\n");
    }

    @Test
    void an_image_file_that_does_not_exist_is_reported() {
        Rkt.Result result = rkt.call("--insecure-options=image", "prepare", "/no/such.aci");

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err())
                .isEqualTo("prepare: error finding images: open /no/such.aci: no such file or directory\n");
    }

    @Test
    void an_image_without_signature_is_refused() {
        Rkt.Result result = rkt.call("prepare", image.toString());

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err())
                .isEqualTo("prepare: error finding images: open %s.asc: no such file or directory\n".formatted(image));
        assertThat(rkt.data().resolve("cas/images")).doesNotExist();
    }

    @Test
    void a_signature_that_cannot_be_verified_is_not_trusted() throws IOException {
        Path copy = Files.copy(image, directory.resolve("signed.aci"));
        Files.writeString(directory.resolve("signed.aci.asc"), "-----BEGIN PGP SIGNATURE-----\n");

        Rkt.Result result = rkt.call("prepare", copy.toString());

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).contains("no valid signatures found in signature file");
    }

    @Test
    void a_port_that_no_image_declares_is_refused() {
        Rkt.Result result = rkt.call(
                "--insecure-options=image", "prepare", "--port=http:1234", "--port=nope:1235", image.toString());

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err())
                .isEqualTo("prepare: error setting up stage0: port name \"nope\" could not be found in any apps\n");
        assertThat(rkt.call("list", "--no-legend").out())
                .as("nothing was begun")
                .isEmpty();
    }

    @Test
    void a_server_that_is_down_is_reported_as_such() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        String url = "http://127.0.0.1:%d/x.aci".formatted(port);

        Rkt.Result result = rkt.call("--insecure-options=image,http", "prepare", url);

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err())
                .isEqualTo(
                        "prepare: error finding images: Get \"%s\": dial tcp 127.0.0.1:%d: connect: connection refused\n"
                                .formatted(url, port));
    }

    @Test
    void docker_images_are_unsigned_and_unknown_names_are_not_looked_for_where_nothing_may_be_fetched() {
        assertThat(rkt.call("prepare", "docker://localhost:1/redis").err())
                .isEqualTo("prepare: error finding images: signature verification for docker images is not supported"
                        + " (try --insecure-options=image)\n");
        assertThat(rkt.call("--insecure-options=image", "prepare", "--pull-policy=never", "example.com/redis:1")
                        .err())
                .startsWith("prepare: error finding images: unable to fetch image from \"example.com/redis:1\"");
    }

    @Test
    void the_fly_stage1_may_be_asked_for_by_its_name() {
        assertThat(rkt.prepare("--stage1-name=coreos.com/rkt/stage1-fly:1.30.0", image.toString()))
                .hasSize(36);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--net=host,none",
                "--net=mynet",
                "--dns=1.2.3.400",
                "--dns=host --dns=1.1.1.1",
                "--dns=host --dns-search=x"
            })
    void a_network_that_cannot_be_had_is_refused_and_the_pod_can_still_be_run(String flags) {
        String uuid = rkt.prepare(image.toString(), "--exec=/bin/true");
        String[] call = ("run-prepared " + flags + " " + uuid).split(" ", -1);

        assertThat(rkt.call(call).exitCode()).isEqualTo(254);
        rkt.call("run-prepared", "--net=host", uuid).succeeded();
    }

    @Test
    void several_apps_in_a_pod_are_refused_when_it_runs() {
        String uuid = rkt.prepare(image.toString(), "--name=one", image.toString(), "--name=two");

        Rkt.Result result = rkt.call("run-prepared", uuid);

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).isEqualTo("run: flavor \"fly\" only supports 1 application per Pod for now\n");
    }

    @Test
    void a_program_that_the_image_lacks_is_reported() {
        Rkt.Result result = rkt.run(image.toString(), "--exec=/bin/nope");

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).isEqualTo("run: can't execute \"/bin/nope\": no such file or directory\n");
    }

    @Test
    void debug_adds_to_standard_error_only() {
        Rkt.Result result = rkt.call(
                "--insecure-options=image", "--debug=true", "prepare", image.toString(), "--memory=64M", "--cpu=100m");

        assertThat(result.succeeded().out()).matches("[0-9a-f-]{36}\n");
        assertThat(result.err()).contains("does not enforce --memory").contains("does not enforce --cpu");
    }
}
