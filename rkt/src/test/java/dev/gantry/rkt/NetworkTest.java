package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks of pods, with the real plugins and iptables, on a host that is a network namespace. */
class NetworkTest {

    private static final String SLEEP = "echo ready; exec sleep 600";

    /** A server that replies to each connection or datagram with the peer's address. */
    private static final String SERVER = """
            $| = 1;
            my $any = pack('S n a4 x8', 2, 8080, "\\0\\0\\0\\0");
            my ($tcp, $udp);
            socket($tcp, 2, 1, 0) && bind($tcp, $any) && listen($tcp, 9) or die;
            socket($udp, 2, 2, 0) && bind($udp, $any) or die;
            print "ready\\n";
            while (1) {
                my $ready = '';
                vec($ready, fileno($_), 1) = 1 for $tcp, $udp;
                select($ready, undef, undef, undef);
                my $client;
                my $from = vec($ready, fileno($tcp), 1) ? accept($client, $tcp) : recv($udp, my $data, 9, 0);
                my $address = join '.', unpack('x4 C4', $from);
                if ($client) { syswrite($client, "tcp $address") } else { send($udp, "udp $address", 0, $from) }
            }
            """;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static Path image;

    protected HostNetwork host;
    protected Rkt rkt;

    @BeforeAll
    static void build_the_image() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "pods can only be run by root: skipped");
        assumeTrue(
                Files.exists(Path.of("/usr/lib/cni/ptp")) && Files.exists(Path.of("/usr/sbin/iptables")),
                "containernetworking-plugins and iptables are not installed: skipped");
        image = new AciBuilder()
                .app("shell", """
                        "exec":["/bin/sh"],"user":"0","group":"0",
                        "ports":[{"name":"http","protocol":"tcp","port":8080},{"name":"dns","protocol":"udp","port":8080}]""")
                .directory("rootfs", entry -> entry.setMode(0755))
                .directory("rootfs/etc", entry -> entry.setMode(0755))
                .programs("sh", "cat", "ip", "perl", "sleep", "true")
                .write(shared.resolve("shell.aci"));
    }

    @BeforeEach
    void open() throws IOException {
        host = new HostNetwork(directory);
        rkt = new Rkt(directory, flavor(), host.prefix());
        configure("10-blue", """
                {"name":"blue","type":"bridge","bridge":"blue0","isGateway":true,
                 "ipam":{"type":"host-local","subnet":"10.11.0.0/16"},
                 "dns":{"nameservers":["10.11.0.1","10.11.0.3"],"domain":"blue.example","search":["a.example","b.example"]}}""");
        configure("20-green", """
                {"cniVersion":"1.0.0","name":"green","type":"ptp","ipMasq":true,
                 "ipam":{"type":"host-local","ranges":[[{"subnet":"10.12.0.0/24"}]]}}""");
    }

    /** Returns the flavour of the pods. */
    protected String flavor() {
        return "fly";
    }

    @AfterEach
    void close() {
        rkt.close();
        host.close();
    }

    @Test
    void a_pod_without_networks_has_a_loopback_only() {
        Rkt.Result result = run("none", "ip -o addr; cat /sys/class/net/lo/flags");

        assertThat(result.succeeded().out())
                .contains("lo ", "inet 127.0.0.1/8", "0x9")
                .doesNotContain("eth0");
    }

    @Test
    void the_default_network_is_masqueraded_and_leads_everywhere() {
        String uuid = prepare(SLEEP);
        rkt.runUntilReady(uuid, local(), "--net=all");

        assertThat(enter(uuid, "/bin/ip", "-o", "-4", "addr")).contains("eth2", "inet 172.16.28.2/24");
        assertThat(enter(uuid, "/bin/ip", "route")).contains("default via 172.16.28.1");
        assertThat(host.call("iptables-save")).contains("-s 172.16.28.2/32", "MASQUERADE");
        assertThat(host.call("cat", "/proc/sys/net/ipv4/ip_forward")).isEqualTo("1\n");
    }

    @Test
    void interfaces_are_in_the_order_of_the_configuration_and_a_restricted_default_is_last() {
        Rkt.Result result = run("green,blue", "ip -o -4 addr; ip route");

        assertThat(result.succeeded().out().lines().filter(line -> line.contains("inet")))
                .satisfiesExactly(
                        line -> assertThat(line).contains("lo "),
                        line -> assertThat(line).contains("eth0 ").contains("10.11.0.2/16"),
                        line -> assertThat(line).contains("eth1 ").contains("10.12.0.2/24"),
                        line -> assertThat(line).contains("eth2 ").contains("172.17.0.2/16"));
        assertThat(result.out()).doesNotContain("default via");
    }

    @Test
    void networks_are_named_several_times_and_with_arguments() {
        String uuid = prepare("ip -o -4 addr");

        Rkt.Result result = rkt.call(
                "run-prepared", local(), "--net=blue:IP=10.11.7.7", "--net=green:IP=10.12.0.9;IgnoreUnknown=1", uuid);

        assertThat(result.succeeded().out()).contains("10.11.7.7/16", "10.12.0.9/24");
    }

    @Test
    void a_configured_network_overrides_the_default_and_a_local_one_that_of_the_system() throws IOException {
        configure("50-default", """
                {"name":"default","type":"ptp","ipam":{"type":"host-local","subnet":"10.13.0.0/24"}}""");
        Path system = Files.createDirectories(directory.resolve("system/net.d")).getParent();
        Files.writeString(system.resolve("net.d/10-blue.conf"), """
                {"name":"blue","type":"ptp","ipam":{"type":"host-local","subnet":"10.14.0.0/24"}}""");
        Files.writeString(system.resolve("net.d/10-red.conf"), """
                {"name":"red","type":"ptp","ipam":{"type":"host-local","subnet":"10.15.0.0/24"}}""");

        Rkt.Result result = rkt.call(
                "run-prepared",
                local(),
                "--system-config=" + system,
                "--net=default,blue,red",
                prepare("ip -o -4 addr"));

        assertThat(result.succeeded().out())
                .contains("10.13.0.2", "10.11.0.2", "10.15.0.2")
                .doesNotContain("172.1", "10.14.");
    }

    @Test
    void run_joins_networks_too() {
        Rkt.Result result = rkt.call(
                "--insecure-options=image",
                "run",
                local(),
                "--net=blue",
                image.toString(),
                "--exec=/bin/ip",
                "--",
                "-o",
                "-4",
                "addr");

        assertThat(result.succeeded().out()).contains("10.11.0.2/16");
    }

    @Test
    void ports_lead_to_the_pod_from_its_host_the_loopback_and_itself() {
        String uuid = serve("--port=http:9080", "--port=dns:9053");
        rkt.runUntilReady(uuid, local(), "--net=green");

        assertThat(host.tcp("127.0.0.1", 9080)).isEqualTo("tcp 10.12.0.1");
        assertThat(host.tcp("10.12.0.1", 9080)).isEqualTo("tcp 10.12.0.1");
        assertThat(host.udp("127.0.0.1", 9053)).isEqualTo("udp 10.12.0.1");
        assertThat(enter(uuid, "/bin/perl", "-e", clientOf("10.12.0.1", 9080))).isEqualTo("tcp 10.12.0.1");
        assertThat(rkt.call("stop", uuid).exitCode()).isZero();
        assertThat(host.tcp("127.0.0.1", 9080)).contains("refused");
    }

    @Test
    void a_port_of_one_address_leads_to_the_pod_from_there_only() {
        String uuid = serve("--port=http:127.0.0.1:9080");
        rkt.runUntilReady(uuid, local(), "--net=green");

        assertThat(host.tcp("127.0.0.1", 9080)).isEqualTo("tcp 10.12.0.1");
        assertThat(host.tcp("10.12.0.1", 9080)).contains("refused");
    }

    @Test
    void a_pod_cannot_use_the_loopback_of_the_host() {
        String uuid = serve("--port=http:9080");
        rkt.runUntilReady(uuid, local(), "--net=green");
        // An app with rights over its network could do this.
        inNetworkOf(uuid, "ip", "addr", "del", "127.0.0.1/8", "dev", "lo");
        inNetworkOf(uuid, "ip", "link", "set", "lo", "down");
        inNetworkOf(uuid, "ip", "route", "add", "127.0.0.0/8", "via", "10.12.0.1");

        assertThat(host.call("iptables-save", "-t", "raw")).contains("-d 127.0.0.0/8 -i veth", "-j DROP");
        assertThat(host.tcp("127.0.0.1", 9080)).isEqualTo("tcp 10.12.0.1");
    }

    @Test
    void a_port_of_the_host_leads_to_one_pod() {
        String first = serve("--port=http:127.0.0.1:9080");
        String second = serve("--port=http:9080");
        String other = serve("--port=dns:9080");
        rkt.runUntilReady(first, local(), "--net=green");

        assertThat(refusal("--net=green", second))
                .contains("tcp port 9080 of the host leads to pod \"%s\" already".formatted(first));
        rkt.runUntilReady(other, local(), "--net=green");
        rkt.call("stop", first).succeeded();
        rkt.runUntilReady(second, local(), "--net=green");
        assertThat(host.tcp("127.0.0.1", 9080)).startsWith("tcp ");
    }

    @Test
    void of_two_pods_that_start_together_one_gets_a_port_of_the_host() throws IOException {
        configure("05-slow", """
                {"name":"slow","type":"slow-ptp","ipMasq":true,"ipam":{"type":"host-local","subnet":"10.16.0.0/24"}}""");
        Path plugin = directory.resolve("etc/net.d/slow-ptp");
        Files.writeString(plugin, "#!/bin/sh\nsleep 1\nexec /usr/lib/cni/ptp\n");
        Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> uuids = List.of(serve("--port=http:9080"), serve("--port=http:9080"));
        List<Rkt.Running> pods = uuids.stream()
                .map(uuid -> rkt.start(Map.of(), "run-prepared", local(), "--net=slow", uuid))
                .toList();

        await().atMost(Duration.ofSeconds(60))
                .until(() -> pods.stream()
                        .allMatch(pod ->
                                pod.out().contains("ready") || !pod.process().isAlive()));

        int refused = pods.get(0).process().isAlive() ? 1 : 0;
        assertThat(pods.get(1 - refused).process().isAlive()).isTrue();
        Rkt.Result refusal = rkt.finish(pods.get(refused));
        assertThat(refusal.exitCode()).isEqualTo(254);
        assertThat(refusal.err())
                .contains("tcp port 9080 of the host leads to pod \"%s\" already".formatted(uuids.get(1 - refused)));
        assertThat(status(uuids.get(refused)).get("state").getAsString()).isEqualTo("prepared");
    }

    @Test
    void the_metadata_service_is_reached_over_a_network_of_the_pod() {
        Rkt.Running service = rkt.start(Map.of(), "metadata-service", "--listen-port=0");
        await().until(() -> service.err().contains("listening on port"));
        String uuid = prepare("perl -e '" + """
                my ($address, $port, $token) = $ENV{AC_METADATA_URL} =~ m{//([^:]+):(\\d+)/(.*)};
                $SIG{ALRM} = sub { exit 1 };
                alarm 20;
                socket(my $socket, 2, 1, 0) or die;
                connect($socket, pack("S n a4 x8", 2, $port, pack("C4", split /\\./, $address))) or die "connect: $!\\n";
                syswrite($socket, "GET /$token/acMetadata/v1/pod/uuid HTTP/1.0\\r\\nMetadata-Flavor: AppContainer\\r\\n\\r\\n");
                while (sysread($socket, my $answer, 1000)) { print $answer }
                """ + "'");

        Rkt.Result result = rkt.call("run-prepared", local(), "--net=default-restricted", "--mds-register", uuid);

        assertThat(result.succeeded().out()).endsWith(uuid);
        service.process().destroy();
    }

    @Test
    void ports_need_a_network() {
        String uuid = serve("--port=http:9080");

        Rkt.Result result = rkt.call("run-prepared", "--net=none", uuid);

        assertThat(result.exitCode()).isEqualTo(254);
        assertThat(result.err()).isEqualTo("run-prepared: --port flag does not work with 'none' networking\n");
        assertThat(status(uuid).get("state").getAsString()).isEqualTo("prepared");
    }

    @Test
    void name_servers_of_a_network_are_the_pods_unless_it_has_others() {
        assertThat(run("blue", "cat /etc/resolv.conf").succeeded().out()).isEqualTo("""
                        # Generated by rkt from network blue
                        nameserver 10.11.0.1
                        nameserver 10.11.0.3
                        domain blue.example
                        search a.example b.example
                        """);
        assertThat(rkt.call("run-prepared", local(), "--net=blue", "--dns=192.0.2.1", prepare("cat /etc/resolv.conf"))
                        .out())
                .contains("nameserver 192.0.2.1")
                .doesNotContain("10.11");
        assertThat(rkt.call("run-prepared", local(), "--net=blue", "--dns=none", prepare("cat /etc/resolv.conf"))
                        .exitCode())
                .isNotZero();
    }

    @Test
    void status_and_list_tell_the_networks_of_a_pod() {
        String uuid = prepare(SLEEP);
        rkt.runUntilReady(uuid, local(), "--net=green,blue:X=\"1\"");

        JsonObject first = status(uuid).getAsJsonArray("networks").get(0).getAsJsonObject();
        assertThat(first.get("netName").getAsString()).isEqualTo("blue");
        assertThat(first.get("ifName").getAsString()).isEqualTo("eth0");
        assertThat(first.get("ip").getAsString()).isEqualTo("10.11.0.2");
        assertThat(first.get("mask").getAsString()).isEqualTo("255.255.0.0");
        assertThat(first.get("args").getAsString()).isEqualTo("X=\"1\"");
        assertThat(first.get("pluginPath").getAsString()).endsWith("/bridge");
        assertThat(rkt.data()
                        .resolve("pods/run")
                        .resolve(uuid)
                        .resolve(first.get("netConf").getAsString()))
                .isRegularFile();
        String text = "blue:ip4=10.11.0.2,green:ip4=10.12.0.2,default-restricted:ip4=172.17.0.2";
        assertThat(rkt.call("status", uuid).out()).contains("\nnetworks=" + text + "\n");
        assertThat(rkt.call("list").out()).contains(text + "\n");
        rkt.call("stop", uuid).succeeded();
        // A pod that has exited keeps them, as in rkt, but does not list them.
        assertThat(rkt.call("status", uuid).out()).contains("state=exited\n", "\nnetworks=" + text + "\n");
        assertThat(rkt.call("list").out()).doesNotContain("ip4=");
    }

    @Test
    void networks_that_cannot_be_joined_are_refused_and_the_pod_can_still_be_run() throws IOException {
        configure("30-odd", "{\"name\":\"odd\",\"type\":\"no-such-plugin\"}");
        String uuid = prepare("true");

        assertThat(refusal("--net=purple", uuid)).contains("networking: networks not found: purple");
        assertThat(refusal("--net=odd", uuid)).contains("\"no-such-plugin\"", "containernetworking-plugins");
        assertThat(refusal("--net=blue,blue", uuid)).contains("\"blue\" can't be passed more than once");
        assertThat(refusal("--net=host,blue", uuid)).contains("\"host\" can't be with other networks");
        assertThat(refusal("--net=none:A=1", uuid)).contains("\"none\" can't be with other networks");
        assertThat(refusal("--net=../x", uuid)).contains("error parsing --net");
        assertThat(refusal("--net=blue:IP", uuid)).contains("\"IP\" of \"blue\" are not in ARG=VALUE");
        configure("40-broken", "{\"name\":\"broken\",");
        assertThat(refusal("--net=blue", uuid)).contains("error loading", "40-broken.conf", "is no JSON");
        Files.delete(directory.resolve("etc/net.d/40-broken.conf"));
        rkt.call("run-prepared", local(), "--net=blue", uuid).succeeded();
    }

    @Test
    void a_network_that_fails_is_reported_and_leaves_nothing() throws IOException {
        configure("05-full", """
                {"name":"full","type":"ptp","ipMasq":true,
                 "ipam":{"type":"host-local","subnet":"10.16.0.0/24","rangeStart":"10.16.0.2","rangeEnd":"10.16.0.2"}}""");
        String first = prepare(SLEEP);
        rkt.runUntilReady(first, local(), "--net=full");
        String traces = host.traces();
        String second = prepare("true");

        assertThat(refusal("--net=full,green", second))
                .contains("networking: error adding network \"full\": failed to allocate for range 0");
        assertThat(host.traces()).isEqualTo(traces);
        assertThat(status(second).get("state").getAsString()).isEqualTo("exited");
    }

    @Test
    void addresses_of_a_killed_pod_are_free_for_the_next_one() throws IOException {
        configure("05-full", """
                {"name":"full","type":"ptp","ipMasq":true,
                 "ipam":{"type":"host-local","subnet":"10.16.0.0/24","rangeStart":"10.16.0.2","rangeEnd":"10.16.0.2"}}""");
        Rkt.Running first = rkt.runUntilReady(prepare(SLEEP), local(), "--net=full");
        first.process().destroyForcibly();
        await().until(() -> !first.process().isAlive());

        assertThat(run("full", "ip -o -4 addr").succeeded().out()).contains("10.16.0.2");
    }

    @Test
    void a_launcher_that_was_killed_while_it_set_up_networks_leaves_nothing_that_gc_does_not_remove() throws Exception {
        String before = host.traces();
        for (int i = 0; i < 12; i++) {
            Process process = rkt.start(
                            Map.of(), "run-prepared", local(), "--net=green,blue", serve("--port=http:9080"))
                    .process();
            process.waitFor(5L + 12L * i, TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
        }

        rkt.call("gc", "--grace-period=0s").succeeded();

        // The plugin leaves a bridge to the pods that come.
        host.call("ip", "link", "del", "blue0");
        assertThat(host.traces()).isEqualTo(before);
        assertThat(leases()).isEmpty();
    }

    @Test
    void without_iptables_nothing_is_masqueraded_in_silence() {
        List<String> prefix = new ArrayList<>(host.prefix());
        prefix.addAll(Rkt.without("iptables"));
        try (Rkt without = new Rkt(directory, flavor(), prefix)) {
            String uuid = prepare("echo ran");

            Rkt.Result refused = without.call("run-prepared", "--net=default-restricted,green", local(), uuid);

            assertThat(refused.exitCode()).isEqualTo(254);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err())
                    .startsWith("run-prepared: networking: masquerading and forwarded ports need iptables:"
                            + " install the package iptables, or run the pod");
            assertThat(without.call("run-prepared", "--net=none", uuid)
                            .succeeded()
                            .out())
                    .isEqualTo("ran\n");
        }
        assertThat(host.traces()).isEqualTo("1 links, rules []");
    }

    /**
     * With -Drkt.test.pods=200 as many, which takes some minutes on a small machine.
     */
    @Test
    void many_pods_a_third_of_them_killed_leave_no_link_rule_or_address() throws Exception {
        int pods = Integer.getInteger("rkt.test.pods", 24);
        // gc has two thirds of the pods to remove, each with the plugins of three networks; and the more
        // pods there are, the more rules each of them has to look through.
        Duration patience = Duration.ofSeconds(60 + 4L * pods);
        String before = host.traces();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < pods; i++) {
            all.add(serve("--port=http:" + (10000 + i)));
        }
        for (int start = 0; start < pods; start += 8) {
            List<Rkt.Running> running = new ArrayList<>();
            List<String> batch = all.subList(start, Math.min(pods, start + 8));
            for (String uuid : batch) {
                running.add(rkt.start(Map.of(), "run-prepared", local(), "--net=all", uuid));
            }
            for (int i = 0; i < batch.size(); i++) {
                Rkt.Running pod = running.get(i);
                await().atMost(patience)
                        .until(() ->
                                pod.out().contains("ready") || !pod.process().isAlive());
                assertThat(pod.err()).isEmpty();
                assertThat(host.tcp("127.0.0.1", 10000 + start + i)).startsWith("tcp ");
            }
            for (int i = 0; i < batch.size(); i++) {
                switch ((start + i) % 3) {
                    case 0 -> running.get(i).process().destroyForcibly().waitFor();
                    case 1 -> rkt.call("stop", batch.get(i)).succeeded();
                    default -> {
                        running.get(i).process().destroy();
                        running.get(i).process().waitFor();
                        rkt.call("rm", batch.get(i)).succeeded();
                    }
                }
            }
        }

        rkt.finish(rkt.start(Map.of(), "gc", "--grace-period=0s"), patience).succeeded();

        host.call("ip", "link", "del", "blue0");
        assertThat(host.traces()).isEqualTo(before);
        assertThat(leases()).isEmpty();
        assertThat(rkt.call("list", "--no-legend").out()).isEmpty();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .doesNotContain(rkt.data().toString());
    }

    private void configure(String file, String json) throws IOException {
        Path networks = Files.createDirectories(directory.resolve("etc/net.d"));
        Files.writeString(networks.resolve(file + ".conf"), json);
    }

    private String local() {
        return "--local-config=" + directory.resolve("etc");
    }

    protected String prepare(String script) {
        return rkt.prepare(image.toString(), "--", "-c", script);
    }

    private String serve(String... flags) {
        List<String> words = new ArrayList<>(Arrays.asList(flags));
        words.addAll(List.of(image.toString(), "--exec=/bin/perl", "--", "-e", SERVER));
        return rkt.prepare(words.toArray(String[]::new));
    }

    private Rkt.Result run(String net, String script) {
        return rkt.call("run-prepared", local(), "--net=" + net, prepare(script));
    }

    protected String enter(String uuid, String... command) {
        List<String> words = new ArrayList<>(List.of("enter", uuid));
        words.addAll(Arrays.asList(command));
        return rkt.call(words.toArray(String[]::new)).succeeded().out();
    }

    private void inNetworkOf(String uuid, String... command) {
        Path namespace = rkt.data().resolve("pods/run").resolve(uuid).resolve("netns");
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + namespace));
        words.addAll(Arrays.asList(command));
        host.call(words.toArray(String[]::new));
    }

    private String refusal(String flag, String uuid) {
        Rkt.Result result = rkt.call("run-prepared", local(), flag, uuid);
        assertThat(result.exitCode()).isEqualTo(254);
        return result.err();
    }

    private JsonObject status(String uuid) {
        return JsonParser.parseString(
                        rkt.call("status", "--format=json", uuid).succeeded().out())
                .getAsJsonObject();
    }

    private List<String> leases() throws IOException {
        if (!Files.exists(rkt.data().resolve("networks"))) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(rkt.data().resolve("networks"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[0-9.]+"))
                    .toList();
        }
    }

    private static String clientOf(String address, int port) {
        return """
                alarm 10;
                socket(my $socket, 2, 1, 0);
                connect($socket, pack('S n a4 x8', 2, %d, pack('C4', %s))) or die;
                sysread($socket, my $answer, 1000);
                print $answer;
                """.formatted(port, address.replace('.', ','));
    }
}
