package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.client.Jobs;
import dev.gantry.client.LogOptions;
import dev.gantry.client.RktTaskBuilder;
import dev.gantry.e2e.Program.Outcome;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.View;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.Assumptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way with nothing replaced: the built program in processes of its own, gRPC, H2 on disk, pods of an ACI. */
class EndToEndIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path shared;

    @TempDir
    Path dir;

    private HostRkt rkt;
    private LongRunning server;
    private LongRunning node;
    private String address;
    private GantryClient client;

    @BeforeAll
    static void buildImage() throws InterruptedException, IOException {
        Files.createDirectory(shared.resolve("artifacts"));
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
    void startCluster() throws IOException {
        rkt = HostRkt.in(dir);
        startServer("127.0.0.1:0");
        client = GantryClient.builder()
                .address(address)
                .tokenFile(dir.resolve("server/server/management.token"))
                .build();
        node = startNode("one", rkt.executable());
    }

    @AfterEach
    void stopCluster() throws Exception {
        // Stop the nodes first, so that no node recovers the remaining tasks of a failed test.
        node.close();
        client.close();
        server.close();
        rkt.clear();
    }

    @Test
    void the_documented_example_runs_where_rkt_is_new_enough_and_answers_at_its_port() throws Exception {
        try (LongRunning old = startNode("two", HostRkt.saying(dir.resolve("old-rkt"), "1.1.0"))) {
            awaitReadyNodes(2);
            Path file = Program.ROOT.resolve("docs/examples/demo.hcl");

            Outcome plan = gantry("job", "plan", file.toString());
            Outcome run = gantry("job", "run", file.toString());

            assertThat(plan.exitCode()).as(plan.output()).isZero();
            assertThat(plan.output()).containsPattern("two .*driver\\.rkt\\.version} > 1\\.2");
            assertThat(run.exitCode()).as(run.output()).isZero();
            Allocation allocation = onlyAllocation("hello");
            assertThat(allocation.getNodeName()).isEqualTo("one");
            assertThat(httpGet(port(allocation))).contains("Hello from a pod", "allocation: " + allocation.getId());
            assertThat(gantry("alloc", "logs", allocation.getId()).output()).contains("listening on", "GET / HTTP/1.1");

            Outcome stop = gantry("job", "stop", "hello");

            assertThat(stop.exitCode()).as(stop.output()).isZero();
            awaitStatus(allocation.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);
            assertRefused(port(allocation));
            await().untilAsserted(() -> assertThat(rkt.pods()).isEmpty());
            assertThat(old.terminate()).isZero();
        }
    }

    @Test
    void the_example_of_the_sdk_runs_by_the_command_in_its_header_and_ends_also_the_second_time() throws Exception {
        awaitReadyNodes(1);

        Outcome first = example();
        Outcome second = example();

        // All that it writes: nothing of it is a line of a log.
        assertThat(first.output().lines())
                .startsWith("submitted version 0 of say-hello")
                .endsWith("say-hello.greeters[0] is CLIENT_STATUS_COMPLETE on one", "hello from one")
                .allMatch(line -> line.matches("(submitted|say-hello|hello from) .*|say-hello\\.greeters.*"));
        assertThat(first.exitCode()).isZero();
        assertThat(second).isEqualTo(new Outcome(0, """
                        submitted version 0 of say-hello
                        say-hello.greeters[0] is CLIENT_STATUS_COMPLETE on one
                        hello from one
                        """));
    }

    /** Runs the example by the command that its header names, with this test's server and image. */
    private Outcome example() throws Exception {
        Path file = Program.ROOT.resolve("docs/examples/SubmitAndWatch.java");
        String command = Files.readString(file)
                .lines()
                .filter(line -> line.startsWith(" * java "))
                .map(line -> line.substring(" * ".length()))
                .collect(Collectors.joining());
        assertThat(command).contains("127.0.0.1:7470", "/srv/gantry/hello.aci");
        String ours = command.replace("127.0.0.1:7470", address)
                .replace("/srv/gantry/hello.aci", shared.resolve("hello.aci").toString());
        return Program.run(new ProcessBuilder("timeout", "120", "sh", "-c", ours).directory(Program.ROOT.toFile()));
    }

    @Test
    void a_job_that_fits_nowhere_waits_with_the_reason_and_starts_once_a_node_fits() throws Exception {
        client.jobs().submit(service("choosy", web("${NOMAD_PORT_http}").constraint("${meta.disk}", "=", "ssd")));
        await().untilAsserted(() -> {
            var evaluation = client.jobs().get("choosy").getEvaluation();
            assertThat(evaluation.getStatus()).isEqualTo(EvaluationStatus.EVALUATION_STATUS_BLOCKED);
            assertThat(evaluation.getFailures(0).getSummary()).contains("${meta.disk} = ssd");
        });

        try (LongRunning fitting = startNode("ssd", rkt.executable(), "--meta", "disk=ssd", "--ip", "127.0.0.2")) {
            Allocation allocation = awaitRunning("choosy");

            assertThat(allocation.getNodeName()).isEqualTo("ssd");
            client.jobs().stop("choosy");
            awaitStatus(allocation.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);
            assertThat(fitting.terminate()).isZero();
        }
    }

    @Test
    void a_task_outlives_the_kill_of_its_node_and_is_found_again() throws Exception {
        client.jobs().submit(service("web", web("${NOMAD_PORT_http}")));
        Allocation before = awaitRunning("web");

        node.kill();
        assertThat(httpGet(port(before))).contains("Hello from a pod");
        node = startNode("one", rkt.executable());

        Allocation after = awaitRunning("web");
        assertThat(after.getId()).isEqualTo(before.getId());
        assertThat(podOf(after)).isEqualTo(podOf(before));
        assertThat(httpGet(port(after))).contains("Hello from a pod");
        client.jobs().stop("web");
        awaitStatus(after.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);
        assertRefused(port(after));
    }

    @Test
    void the_exit_code_of_what_ended_while_its_node_was_away_is_not_lost() throws Exception {
        Path gate = Files.createDirectory(dir.resolve("gate"));
        client.jobs()
                .submit(batch(
                        "brief",
                        shell("until [ -e /gate/open ]; do sleep 0.1; done; exit 7")
                                .volume(gate.toString(), "/gate")));
        Allocation running = awaitRunning("brief");

        assertThat(node.terminate()).isZero();
        Files.createFile(gate.resolve("open"));
        await().untilAsserted(() -> assertThat(rkt.pods()).noneMatch(pod -> pod.contains("running")));
        node = startNode("one", rkt.executable());

        Allocation ended = awaitStatus(running.getId(), ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(ended.getTaskStates(0).getExitCode()).isEqualTo(7);
        await().untilAsserted(() -> assertThat(rkt.pods()).isEmpty());
    }

    @Test
    void what_was_acknowledged_survives_the_kill_of_the_server_and_tasks_run_on() throws Exception {
        client.jobs().submit(service("web", web("${NOMAD_PORT_http}")));
        Allocation before = awaitRunning("web");
        client.jobs().submit(batch("acknowledged", shell("echo done")));

        server.kill();
        assertThat(httpGet(port(before))).contains("Hello from a pod");
        startServer(address);

        await().untilAsserted(() -> assertThat(allocations("acknowledged"))
                .extracting(Allocation::getClientStatus)
                .containsExactly(ClientStatus.CLIENT_STATUS_COMPLETE));
        Allocation after = awaitRunning("web");
        assertThat(after.getId()).isEqualTo(before.getId());
        assertThat(podOf(after)).isEqualTo(podOf(before));
        client.jobs().stop("web");
        awaitStatus(after.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(server.terminate()).isZero();
    }

    @Test
    void a_task_sees_its_environment_its_directories_its_arguments_its_artifact_and_its_templates() throws Exception {
        Files.writeString(shared.resolve("artifacts/note"), "fetched");
        String script = """
                        echo "args: $1 $2"
                        echo "job: $NOMAD_JOB_NAME/$GANTRY_TASK_NAME/$NOMAD_ALLOC_INDEX"
                        echo "limits: $NOMAD_MEMORY_LIMIT $NOMAD_CPU_LIMIT"
                        echo "own: $MY_ENV"
                        cat /local/note /local/conf && echo "$RENDERED"
                        echo local >/local/file && echo shared >/alloc/data/file && ls /secrets && echo writable
                        echo complaint >&2
                        """;
        client.jobs()
                .submit(batch(
                        "look",
                        shell(script)
                                .args("sh", "${node.unique.name}", "${meta.rack}")
                                .env("MY_ENV", "port ${NOMAD_PORT_http}")
                                .artifacts(Jobs.artifact("file://" + shared.resolve("artifacts/note")))
                                .template(
                                        Jobs.template("local/conf", " on {{ env \"node.unique.name\" }}\n"),
                                        Jobs.template("local/env", "RENDERED=\"for {{ env \"MY_ENV\" }}\"")
                                                .env())
                                .cpu(200)
                                .memory(32)
                                .port("http")));

        await().untilAsserted(() -> assertThat(allocations("look"))
                .extracting(Allocation::getClientStatus)
                .containsExactly(ClientStatus.CLIENT_STATUS_COMPLETE));
        Allocation ended = onlyAllocation("look");
        assertThat(logs(ended, LogOptions.STDOUT).lines())
                .containsExactly(
                        "args: one r1",
                        "job: look/task/0",
                        "limits: 32 200",
                        "own: port " + port(ended),
                        "fetched on one",
                        "for port " + port(ended),
                        "writable");
        assertThat(logs(ended, LogOptions.STDERR)).isEqualTo("complaint\n");
    }

    @Test
    void the_demo_tells_its_story_and_leaves_nothing_behind() throws Exception {
        Path launcher = dir.resolve("gantry");
        Files.writeString(launcher, "#!/bin/sh\nexec %s \"$@\"\n".formatted(String.join(" ", Program.command())));
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        ProcessBuilder demo =
                new ProcessBuilder(Program.ROOT.resolve("docs/examples/demo.sh").toString());
        demo.environment().put("GANTRY", launcher.toString());
        demo.environment()
                .put("TMPDIR", Files.createDirectory(dir.resolve("tmp")).toString());

        Outcome outcome = Program.run(demo);

        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains("${driver.rkt.version} > 1.2", "Hello from a pod", "GET / HTTP/1.0", "nothing of it is left");
        assertThat(dir.resolve("tmp")).isEmptyDirectory();
    }

    private void startServer(String listen) {
        server = LongRunning.start(
                dir.resolve("server.log"),
                "server",
                "--data-dir",
                dir.resolve("server").toString(),
                "--listen",
                listen);
        address = server.await("is ready at (\\S+)");
    }

    private LongRunning startNode(String name, Path executable, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "node", "--servers", address, "--data-dir", dir.resolve(name).toString(), "--name", name));
        arguments.addAll(List.of("--rkt", executable.toString(), "--meta", "images=" + shared, "--meta", "rack=r1"));
        arguments.addAll(
                List.of("--artifact-directory", shared.resolve("artifacts").toString()));
        arguments.addAll(more.length == 0 ? List.of("--ip", "127.0.0.1") : List.of(more));
        LongRunning started = LongRunning.start(dir.resolve(name + ".log"), arguments.toArray(String[]::new));
        started.await("is ready");
        return started;
    }

    private Outcome gantry(String... arguments) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Program.command(arguments));
        builder.environment().put("GANTRY_ADDR", address);
        return Program.run(builder);
    }

    private static Job service(String id, RktTaskBuilder task) {
        return Jobs.service(id).group(Jobs.group("group").task(task)).build();
    }

    /** Whose task is not started again when it fails. */
    private static Job batch(String id, RktTaskBuilder task) {
        Job.Builder job = Jobs.batch(id).group(Jobs.group("group").task(task)).build().toBuilder();
        job.getTaskGroupsBuilder(0)
                .setRestart(RestartPolicy.newBuilder().setAttempts(0).build());
        return job.build();
    }

    private static RktTaskBuilder web(String listen) {
        return Jobs.rkt("task", "${meta.images}/hello.aci")
                .args(listen)
                .net("host")
                .port("http");
    }

    private static RktTaskBuilder shell(String script) {
        return Jobs.rkt("task", "${meta.images}/hello.aci")
                .command("/bin/sh")
                .args("-c", script)
                .net("host");
    }

    private void awaitReadyNodes(int count) {
        await().untilAsserted(() -> assertThat(client.nodes().list(View.VIEW_BASIC))
                .filteredOn(each -> each.getStatus() == NodeStatus.NODE_STATUS_READY)
                .hasSize(count));
    }

    private Allocation awaitRunning(String jobId) {
        await().untilAsserted(() -> assertThat(allocations(jobId))
                .extracting(Allocation::getClientStatus)
                .containsExactly(ClientStatus.CLIENT_STATUS_RUNNING));
        return onlyAllocation(jobId);
    }

    private Allocation awaitStatus(String allocationId, ClientStatus status) {
        await().untilAsserted(
                        () -> assertThat(client.allocations().get(allocationId).getClientStatus())
                                .isEqualTo(status));
        return client.allocations().get(allocationId);
    }

    private Allocation onlyAllocation(String jobId) {
        List<Allocation> all = allocations(jobId);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private List<Allocation> allocations(String jobId) {
        return client.allocations()
                .list(AllocationQuery.ALL.ofJob(jobId).whole())
                .toList();
    }

    private String logs(Allocation allocation, LogOptions options) throws IOException {
        try (InputStream stream = client.allocations().logs(allocation.getId(), options)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String podOf(Allocation allocation) {
        return allocation.getTaskStates(0).getPodId();
    }

    private static int port(Allocation allocation) {
        return allocation.getPorts(0).getPort();
    }

    private static String httpGet(int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/".formatted(port)))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        await().ignoreException(ConnectException.class)
                .untilAsserted(() -> assertThat(HttpClient.newHttpClient()
                                .send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                        .isEqualTo(200));
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void assertRefused(int port) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/".formatted(port)))
                .build();
        await().untilAsserted(() -> assertThatThrownBy(
                        () -> HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()))
                .isInstanceOf(ConnectException.class));
    }
}
