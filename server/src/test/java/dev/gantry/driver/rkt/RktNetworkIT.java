package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskStop;
import dev.gantry.restriction.Restrictions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ports of tasks that lead into real pods with networks of their own, in each flavour of the bundled runtime, on a host
 * that is a network namespace.
 */
@ParameterizedClass
@ValueSource(strings = {"crun", "fly"})
@Timeout(120)
class RktNetworkIT {

    private static final Path BUNDLED = Path.of(System.getProperty("gantry.rkt.bundled", "../rkt/bin/rkt"))
            .toAbsolutePath()
            .normalize();

    /** Perl's own functions suffice: the image has no modules. */
    private static final String SERVER = """
            my $server;
            socket($server, 2, 1, 0) or die;
            bind($server, pack('S n a4 x8', 2, 8080, "\\0\\0\\0\\0")) && listen($server, 9) or die;
            while (accept(my $client, $server)) { syswrite($client, "hello from the pod") }
            """;

    private static final String CLIENT = """
            my $socket;
            alarm 10;
            socket($socket, 2, 1, 0) or die;
            connect($socket, pack('S n a4 x8', 2, $ARGV[0], pack('C4', 127, 0, 0, 1))) or die "$!\\n";
            sysread($socket, my $answer, 100) or die;
            print $answer;
            """;

    @Parameter
    String flavor;

    @TempDir
    Path root;

    private Path host;
    private DriverFixture fixture;
    private RktExecutable executable;
    private RktDriver driver;

    @BeforeEach
    void make() throws Exception {
        assumeTrue(
                Files.isExecutable(BUNDLED) && Files.exists(BUNDLED.getParent().resolveSibling("target/rkt.jar")),
                BUNDLED + " is not built: ./mvnw -pl rkt package");
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                "Only root may run pods");
        assumeTrue(
                Files.exists(Path.of("/usr/lib/cni/ptp")) && Files.exists(Path.of("/usr/sbin/iptables")),
                "containernetworking-plugins and iptables are not installed");
        host = Files.createFile(root.resolve("host"));
        assertThat(call("unshare", "--net=" + host, "ip", "link", "set", "lo", "up"))
                .isEmpty();
        fixture = new DriverFixture(root);
        executable = new RktExecutable(Optional.of(rktOfTheHost()), "", Optional.empty());
        driver = driver();
    }

    @AfterEach
    void leave_nothing() throws Exception {
        if (driver != null) {
            // One that holds no pod.
            driver().sweep(allocation -> false);
            call("umount", host.toString());
        }
    }

    @Test
    void an_allocated_port_of_the_host_leads_to_the_task_while_it_runs() throws Exception {
        TaskDirectory directory = fixture.directory("web");
        Files.writeString(directory.local().resolve("server.pl"), SERVER);
        RunningTask task = driver.start(
                fixture.request("web", """
                {"image": "%s", "command": "/usr/bin/perl", "args": ["/local/server.pl"], "net": [%s],
                 "port_map": {"public": "http"},
                 "volumes": ["/lib:/lib:readOnly", "/lib64:/lib64:readOnly", "/usr:/usr:readOnly"]}
                """.formatted(image(), networks()), DriverFixture.port("public", 23456)));

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(fromHost("perl", "-e", CLIENT, "23456"))
                        .as("the task says: %s", said(directory))
                        .isEqualTo("hello from the pod"));

        task.stop(TaskStop.within(Duration.ofSeconds(20)));
        task.exit().get(30, TimeUnit.SECONDS);
        task.remove();
        assertThat(fromHost("perl", "-e", CLIENT, "23456")).isEqualTo("Connection refused\n");
        assertThat(fromHost("iptables-save")).doesNotContain("-A ");
    }

    private static String said(TaskDirectory directory) throws IOException {
        return Files.exists(directory.stderr()) ? Files.readString(directory.stderr()) : "nothing yet";
    }

    private RktDriver driver() {
        return new RktDriver(
                executable,
                Restrictions.NONE,
                DriverFixture.LIMITS,
                fixture.allocations,
                RktGarbageSettings.DEFAULT,
                InstantSource.system());
    }

    private String fromHost(String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + host));
        words.addAll(Arrays.asList(command));
        return call(words.toArray(String[]::new));
    }

    private static String call(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    /** The bundled rkt, with its images, pods and configuration in the test's directory and that host's network. */
    private Path rktOfTheHost() throws Exception {
        Path networks = Files.createDirectories(root.resolve("etc/net.d"));
        Files.writeString(networks.resolve("10-backend.conf"), """
                {"cniVersion": "0.4.0", "name": "backend", "type": "ptp",
                 "ipam": {"type": "host-local", "subnet": "10.11.0.0/24"}}
                """);
        Path bundled = RealPods.executable(root, flavor).locate();
        Path rkt = root.resolve("rkt-of-the-host");
        Files.writeString(
                rkt,
                "#!/bin/sh\nexec nsenter --net=%s %s --local-config=%s \"$@\"\n"
                        .formatted(host, bundled, networks.getParent()));
        Files.setPosixFilePermissions(rkt, PosixFilePermissions.fromString("rwxr-xr-x"));
        return rkt;
    }

    /** The network "default" of the fly flavour is that of the host. */
    private String networks() {
        return flavor.equals("fly") ? "\"backend\"" : "\"default\", \"backend\"";
    }

    private Path image() throws IOException {
        byte[] manifest = """
                {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/empty",
                 "labels": [{"name": "os", "value": "linux"}],
                 "app": {"exec": ["/bin/true"], "user": "0", "group": "0",
                         "ports": [{"name": "http", "protocol": "tcp", "port": 8080}]}}
                """.getBytes(StandardCharsets.UTF_8);
        Path image = root.resolve("empty.aci");
        try (OutputStream file = Files.newOutputStream(image);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(file)) {
            TarArchiveEntry entry = new TarArchiveEntry("manifest");
            entry.setSize(manifest.length);
            tar.putArchiveEntry(entry);
            tar.write(manifest);
            tar.closeArchiveEntry();
            tar.putArchiveEntry(new TarArchiveEntry("rootfs/"));
            tar.closeArchiveEntry();
        }
        return image;
    }
}
