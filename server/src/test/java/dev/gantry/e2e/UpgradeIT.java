package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.client.Jobs;
import dev.gantry.client.LogOptions;
import dev.gantry.client.RktTaskBuilder;
import dev.gantry.e2e.Program.Outcome;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.UpdateStrategy;
import dev.gantry.v1.View;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assumptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers, nodes and command lines of the last release beside those of this build, with pods. {@code .ci/upgrade} builds the
 * last release and names its checkout in the system property {@code gantry.last.release}.
 */
class UpgradeIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Path LAST = Path.of(System.getProperty("gantry.last.release", ""));

    @TempDir
    static Path shared;

    @TempDir
    Path dir;

    private HostRkt rkt;
    private LongRunning server;
    private LongRunning node;
    private String address = "127.0.0.1:0";

    @BeforeAll
    static void buildImage() throws InterruptedException {
        Assumptions.assumeThat(LAST.toString())
                .as("the last release is built by .ci/upgrade, which takes minutes")
                .isNotEmpty();
        Assumptions.assumeThat(System.getProperty("user.name"))
                .as("rkt starts pods as root only, so this test has to be root")
                .isEqualTo("root");
        Awaitility.setDefaultTimeout(SOON);
        Outcome built = Program.run(new ProcessBuilder(
                Program.ROOT.resolve("docs/examples/make-aci.sh").toString(),
                shared.resolve("hello.aci").toString()));
        assertThat(built).isEqualTo(new Outcome(0, ""));
    }

    @BeforeEach
    void prepare() throws Exception {
        rkt = HostRkt.in(dir);
    }

    @AfterEach
    void stopCluster() throws Exception {
        if (node != null) {
            node.close();
        }
        if (server != null) {
            server.close();
        }
        rkt.clear();
    }

    @Test
    void what_the_last_release_runs_and_stores_goes_on_through_the_upgrade_of_the_server_and_then_of_the_node()
            throws Exception {
        startServer(LAST);
        startNode(LAST);
        assertThat(gantry(LAST, "var", "put", "nomad/jobs/web", "colour=green").exitCode())
                .isZero();
        Allocation before;
        try (GantryClient client = client()) {
            client.jobs().submit(web("web", "one"));
            awaitDeployed(client, 1);
            client.jobs().submit(web("web", "two"));
            awaitDeployed(client, 2);
            before = onlyRunning(client, "web");
        }

        server.terminate();
        startServer(Program.ROOT);

        try (GantryClient client = client()) {
            awaitReady(client);
            assertThat(podOf(onlyRunning(client, "web"))).isEqualTo(podOf(before));
            assertThat(client.jobs().versions("web", View.VIEW_BASIC).toList()).hasSize(2);
            assertThat(client.variables().get("nomad/jobs/web").items()).isEqualTo(Map.of("colour", "green"));
            client.jobs().submit(web("placed-by-the-new-server", "one"));
            awaitLog(client, "placed-by-the-new-server", "greeting one");
            assertThat(gantry(LAST, "job", "status", "web").output()).contains("running");
            client.jobs().submit(web("web", "three"));
            awaitDeployed(client, 3);
            Allocation updated = onlyRunning(client, "web");
            assertThat(podOf(updated)).isNotEqualTo(podOf(before));

            node.terminate();
            startNode(Program.ROOT);

            awaitReady(client);
            client.jobs().submit(web("placed-on-the-new-node", "one"));
            onlyRunning(client, "placed-on-the-new-node");
            assertThat(podOf(onlyRunning(client, "web"))).isEqualTo(podOf(updated));
            assertThat(onlyRunning(client, "web").getTaskStates(0).getRestarts())
                    .isZero();
            awaitLog(client, "web", "greeting three");
            client.jobs().stop("web");
            await().until(() -> rkt.pods().size() == 2);
        }
    }

    @Test
    void a_new_node_runs_what_a_server_of_the_last_release_asks_for() throws Exception {
        startServer(LAST);
        startNode(Program.ROOT);

        try (GantryClient client = client()) {
            awaitReady(client);
            client.jobs().submit(web("web", "one"));
            awaitDeployed(client, 1);
            awaitLog(client, "web", "greeting one");
            client.jobs().submit(web("web", "two"));
            awaitDeployed(client, 2);
            client.jobs().stop("web");
            await().until(() -> rkt.pods().isEmpty());
        }
    }

    private void startServer(Path program) {
        server = LongRunning.start(
                dir.resolve("server.log"),
                new ProcessBuilder(Program.commandOf(
                        program, "server", "--data-dir", dir.resolve("server").toString(), "--listen", address)));
        address = server.await("is ready at (\\S+)");
    }

    private void startNode(Path program) {
        List<String> arguments = new ArrayList<>(List.of(
                "node",
                "--servers",
                address,
                "--data-dir",
                dir.resolve("node").toString(),
                "--name",
                "one",
                "--ip",
                "127.0.0.1"));
        arguments.addAll(List.of("--rkt", rkt.executable().toString(), "--meta", "images=" + shared));
        node = LongRunning.start(
                dir.resolve("node.log"),
                new ProcessBuilder(Program.commandOf(program, arguments.toArray(String[]::new))));
        node.await("is ready");
    }

    private GantryClient client() {
        return GantryClient.builder()
                .address(address)
                .tokenFile(dir.resolve("server/server/management.token"))
                .build();
    }

    private Outcome gantry(Path program, String... arguments) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Program.commandOf(program, arguments));
        builder.environment().put("GANTRY_ADDR", address);
        return Program.run(builder);
    }

    private static Job web(String id, String greeting) {
        RktTaskBuilder task = Jobs.rkt("task", "${meta.images}/hello.aci")
                .command("/bin/sh")
                .args("-c", "echo greeting " + greeting + "; while :; do sleep 1; done")
                .net("host");
        Job.Builder job = Jobs.service(id)
                .constraint("${driver.rkt.version}", ">", "1.2")
                .group(Jobs.group("group").task(task))
                .build()
                .toBuilder();
        job.getTaskGroupsBuilder(0)
                .setUpdate(UpdateStrategy.newBuilder()
                        .setMaxParallel(1)
                        .setMinHealthyTime(com.google.protobuf.Duration.newBuilder()
                                .setNanos(100_000_000)
                                .build())
                        .build());
        return job.build();
    }

    private static void awaitReady(GantryClient client) {
        await().untilAsserted(() -> assertThat(client.nodes().list(View.VIEW_BASIC))
                .extracting(each -> each.getStatus())
                .containsExactly(NodeStatus.NODE_STATUS_READY));
    }

    /** Waits for the end of the rollouts of some versions of the job "web". */
    private static void awaitDeployed(GantryClient client, int versions) {
        await().untilAsserted(() -> assertThat(client.jobs().deployments("web").toList())
                .hasSize(versions)
                .allMatch(each -> each.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL));
    }

    private static Allocation onlyRunning(GantryClient client, String jobId) {
        await().untilAsserted(() -> assertThat(running(client, jobId)).hasSize(1));
        return running(client, jobId).get(0);
    }

    private static List<Allocation> running(GantryClient client, String jobId) {
        return client.allocations()
                .list(AllocationQuery.ALL.ofJob(jobId).whole())
                .filter(each -> each.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                .toList();
    }

    private static String podOf(Allocation allocation) {
        return allocation.getTaskStates(0).getPodId();
    }

    private static void awaitLog(GantryClient client, String jobId, String line) {
        String allocation = onlyRunning(client, jobId).getId();
        await().untilAsserted(() -> {
            try (InputStream stream = client.allocations().logs(allocation, LogOptions.STDOUT)) {
                assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8))
                        .contains(line);
            }
        });
    }
}
