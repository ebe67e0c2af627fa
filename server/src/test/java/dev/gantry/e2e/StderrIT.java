package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.Program.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Java, Netty and gRPC write nothing of their own to standard error, on each Java of this machine. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class StderrIT {

    private static final Path INSTALLATIONS = Path.of("/usr/lib/jvm");
    private static final Pattern JAVA_VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    /** A line of our log that is no warning. */
    private static final String LOG_LINE = "\\d{4}-\\d\\d-\\d\\dT\\S+ INFO  \\w+: .*";

    /** Brings up loopback in a network namespace that has nothing else, then runs its arguments. */
    private static final List<String> LOOPBACK_ONLY =
            List.of("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh");

    private static final List<byte[]> NO_HTTP2 = List.of(
            "GET / HTTP/1.1\r\nHost: gantry\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            // the start of a TLS client hello
            new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3, 7, 12, 16, (byte) 0xce, 16, (byte) 0x8a, 115, 71},
            "\0\u0001\u0002 no protocol that anyone knows, and longer than a preface\n"
                    .getBytes(StandardCharsets.UTF_8));

    @TempDir
    static Path shared;

    @TempDir
    Path dir;

    private static ScratchCheckout checkout;

    @BeforeAll
    static void buildCheckout() throws Exception {
        checkout = ScratchCheckout.in(shared.resolve("checkout"));
        assertThat(Program.run(checkout.gantry("version")).exitCode()).isZero();
    }

    static Stream<Path> javas() throws IOException {
        try (Stream<Path> found = Files.isDirectory(INSTALLATIONS) ? Files.list(INSTALLATIONS) : Stream.empty()) {
            Stream<Path> own = Stream.of(Path.of(System.getProperty("java.home")));
            return Stream.concat(own, found.filter(path -> feature(path) >= 17).sorted())
                    .collect(Collectors.toMap(StderrIT::feature, Function.identity(), (first, second) -> first))
                    .values()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("javas")
    void the_version_names_the_program_and_its_java(Path java) throws Exception {
        Outcome version = Program.run(on(java, checkout.gantry("version")));

        assertThat(version.exitCode()).isZero();
        assertThat(version.output()).matches("gantry \\S+\n(commit \\S+\n)?Java %d.*\n".formatted(feature(java)));
    }

    @ParameterizedTest
    @MethodSource("javas")
    void a_server_and_a_node_log_nothing_but_their_own_lines_whatever_is_sent_to_their_port(Path java)
            throws Exception {
        try (LongRunning dev = LongRunning.start(dir.resolve("log"), on(java, dev()))) {
            String address = dev.await("server \\S+ is ready at (\\S+)");
            dev.await("node \\S+ is ready");

            for (byte[] bytes : NO_HTTP2) {
                assertThat(answer(address, bytes)).as("closed by the server").isNotNull();
            }
            Outcome nodes = Program.run(on(java, checkout.gantry("node", "status", "--address", address)));

            assertThat(nodes.output().lines()).as(nodes.output()).hasSize(2);
            assertThat(dev.terminate()).as(dev.log()).isZero();
            assertThat(dev.log().lines()).isNotEmpty().allMatch(line -> line.matches(LOG_LINE));
        }
    }

    @Test
    void a_fault_in_the_options_of_the_node_of_dev_is_found_before_its_server_starts() throws Exception {
        Path data = dir.resolve("data");

        Outcome refused = Program.run(checkout.gantry(
                "dev", "--data-dir", data.toString(), "--listen", "127.0.0.1:0", "--restrictions", "/no/such/file"));

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.output()).contains("/no/such/file").doesNotContain("is ready");
        assertThat(data).doesNotExist();
    }

    @Test
    void a_machine_that_has_only_loopback_is_no_reason_for_a_warning() throws Exception {
        Assumptions.assumeThat(System.getProperty("user.name"))
                .as("only root makes network namespaces")
                .isEqualTo("root");
        try (LongRunning dev = LongRunning.start(dir.resolve("log"), onLoopbackOnly(dev()))) {
            dev.await("node \\S+ is ready");

            Outcome status = Program.run(onLoopbackOnly(checkout.gantry("status", "--address", "127.0.0.1:1")));

            assertThat(status.exitCode()).isEqualTo(1);
            assertThat(status.output().lines()).singleElement().asString().startsWith("error: ");
            assertThat(dev.terminate()).as(dev.log()).isZero();
            assertThat(dev.log().lines()).isNotEmpty().allMatch(line -> line.matches(LOG_LINE));
        }
    }

    @ParameterizedTest
    @MethodSource("javas")
    void the_bundled_rkt_writes_only_what_it_is_asked_for(Path java) throws Exception {
        ProcessBuilder images = new ProcessBuilder(
                Program.ROOT.resolve("rkt/bin/rkt").toString(),
                "--dir=" + dir.resolve("rkt"),
                "image",
                "list",
                "--no-legend");

        assertThat(Program.run(on(java, images))).isEqualTo(new Outcome(0, ""));
    }

    @ParameterizedTest
    @MethodSource("javas")
    void the_bundled_rkt_loads_its_decompression_without_a_warning(Path java) throws Exception {
        Assumptions.assumeThat(System.getProperty("user.name"))
                .as("only root fetches images")
                .isEqualTo("root");
        Path image = Files.write(dir.resolve("image.aci"), zstd("no archive".getBytes(StandardCharsets.US_ASCII)));
        ProcessBuilder fetch = new ProcessBuilder(
                Program.ROOT.resolve("rkt/bin/rkt").toString(),
                "--dir=" + dir.resolve("rkt"),
                "--insecure-options=image",
                "fetch",
                image.toString());

        Outcome refused = Program.run(on(java, fetch));

        assertThat(refused.output().lines()).singleElement().asString().startsWith("fetch: ");
    }

    /** Returns a frame of zstd with one block that is not compressed (RFC 8878, 3.1.1). */
    private static byte[] zstd(byte[] content) {
        ByteBuffer frame = ByteBuffer.allocate(content.length + 9).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(0xFD2FB528).put((byte) 0x20).put((byte) content.length);
        int last = 1 | content.length << 3;
        return frame.put((byte) last).putShort((short) (last >> 8)).put(content).array();
    }

    private ProcessBuilder dev() throws IOException {
        return checkout.gantry(
                "dev",
                "--data-dir",
                dir.resolve("data").toString(),
                "--listen",
                "127.0.0.1:0",
                "--rkt",
                HostRkt.in(dir).executable().toString());
    }

    private static ProcessBuilder on(Path java, ProcessBuilder builder) {
        builder.environment().put("JAVA_HOME", java.toString());
        return builder;
    }

    private static ProcessBuilder onLoopbackOnly(ProcessBuilder builder) {
        List<String> command = new ArrayList<>(LOOPBACK_ONLY);
        command.addAll(builder.command());
        return builder.command(command);
    }

    /** Sends bytes and returns what comes back until the server closes the connection. */
    private static byte[] answer(String address, byte[] bytes) throws IOException {
        int colon = address.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(30_000);
            socket.connect(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
            return socket.getInputStream().readAllBytes();
        }
    }

    /** Returns the Java version of an installation; 0 if that is none. */
    private static int feature(Path installation) {
        Path release = installation.resolve("release");
        try {
            Matcher version = JAVA_VERSION.matcher(Files.isReadable(release) ? Files.readString(release) : "");
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
