package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import dev.gantry.cli.GantryCli.Program;
import dev.gantry.v1.GetStatusResponse;
import dev.gantry.v1.ValidateJobRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;

/** Tests the errors that users see. */
class FailuresTest {

    private static final String JOB = """
            job "web" {
              group "front" {
                task "nginx" { driver = "rkt" }
              }
            }
            """;

    @TempDir
    Path dir;

    @AutoClose
    private final ScriptedCluster cluster = new ScriptedCluster();

    @ParameterizedTest
    @ValueSource(ints = {Code.INVALID_ARGUMENT_VALUE, Code.PERMISSION_DENIED_VALUE})
    void each_violation_of_a_refused_job_has_its_place_in_the_file(int code) throws IOException {
        BadRequest violations = BadRequest.newBuilder()
                .addFieldViolations(FieldViolation.newBuilder()
                        .setField("task_groups[0].tasks[0].config.image")
                        .setDescription("is missing"))
                .addFieldViolations(FieldViolation.newBuilder()
                        .setField("task_groups[0].count")
                        .setDescription("is -1"))
                .build();
        StatusRuntimeException refusal = StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code)
                .setMessage("The job is not valid")
                .addDetails(Any.pack(violations))
                .build());
        cluster.refuses("SubmitJob", refusal).refuses("PlanJob", refusal);
        String file = file(JOB);
        CliRun expected = new CliRun(1, "", """
                        error: %1$s:2:3: count: is -1
                              group "front" {
                              ^
                        error: %1$s:3:5: config.image: is missing
                                task "nginx" { driver = "rkt" }
                                ^
                        """.formatted(file));

        assertThat(CliRun.of(cluster, "job", "run", file)).isEqualTo(expected);
        assertThat(CliRun.of(cluster, "job", "plan", file)).isEqualTo(expected);
    }

    @Test
    void an_option_that_is_no_number_is_refused_in_plain_words() {
        for (String[] arguments :
                new String[][] {{"var", "delete", "--check-index", "1x", "jobs/web"}, {"status", "--nodes", "1x"}}) {
            CliRun run = CliRun.of(cluster, arguments);

            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("\"1x\" is not a whole number").doesNotContain(" long", " int");
        }
    }

    @Test
    void what_the_server_refuses_is_told_in_its_own_words() {
        cluster.refuses(
                "GetJob",
                Status.NOT_FOUND.withDescription("There is no job \"web\"").asRuntimeException());

        CliRun run = CliRun.of(cluster, "job", "status", "web");

        assertThat(run).isEqualTo(new CliRun(1, "", "error: There is no job \"web\"\n"));
    }

    @Test
    void a_job_that_was_changed_meanwhile_is_not_submitted() throws IOException {
        cluster.refuses(
                "SubmitJob",
                Status.FAILED_PRECONDITION
                        .withDescription("Job \"web\" is at index 9, not at 7")
                        .asRuntimeException());

        CliRun run = CliRun.of(cluster, "job", "run", "--check-index", "7", file(JOB));

        assertThat(run).isEqualTo(new CliRun(1, "", "error: Job \"web\" is at index 9, not at 7\n"));
    }

    @Test
    void a_log_of_a_node_that_is_away_is_told_without_advice_to_start_a_server() {
        cluster.refuses(
                "StreamLogs",
                Status.UNAVAILABLE.withDescription("Node \"n1\" is away").asRuntimeException());

        CliRun run = CliRun.of(cluster, "alloc", "logs", "5e0b");

        assertThat(run).isEqualTo(new CliRun(1, "", "error: Node \"n1\" is away\n"));
    }

    @Test
    void a_server_that_is_not_there_is_named_with_the_remedy() throws IOException {
        String address = "127.0.0.1:" + unusedPort();

        CliRun run = CliRun.of(Map.of("GANTRY_ADDR", address), "", "status");

        assertThat(run)
                .isEqualTo(new CliRun(
                        1,
                        "",
                        "error: No Gantry server at " + address
                                + ": Connection refused. Start one with: gantry server --data-dir DIR\n"));
    }

    @Test
    void status_waits_until_a_node_is_ready() {
        AtomicInteger asked = new AtomicInteger();
        cluster.on(
                "GetStatus",
                request -> List.of(GetStatusResponse.newBuilder()
                        .setNodesReady(asked.incrementAndGet() < 3 ? 0 : 1)
                        .build()));

        assertThat(CliRun.of(cluster, "status", "--wait", "1m").exitCode()).isZero();
        assertThat(asked).hasValue(3);
        assertThat(CliRun.of(cluster, "status", "--wait", "1s", "--nodes", "2").err())
                .isEqualTo("error: 1 of 2 nodes are ready after 1 s. Start one with: gantry node\n");
    }

    @Test
    void status_that_waits_in_vain_says_for_what() throws IOException {
        cluster.answers("GetStatus", GetStatusResponse.getDefaultInstance());
        String nobody = "127.0.0.1:" + unusedPort();

        assertThat(CliRun.of(cluster, "status", "--wait", "1s"))
                .isEqualTo(new CliRun(1, "", "error: no node is ready after 1 s. Start one with: gantry node\n"));
        assertThat(CliRun.of(Map.of("GANTRY_ADDR", nobody), "", "status", "--wait", "1s")
                        .err())
                .contains("No Gantry server at " + nobody, "gantry server");
    }

    @Test
    void a_job_file_that_does_not_parse_is_told_with_file_line_and_column() throws IOException {
        String file = file("job \"web\" {\n  group = = 1\n}\n");

        CliRun run = CliRun.of(cluster, "job", "run", file);

        assertThat(run.err())
                .isEqualTo("error: " + file + ":2:11: expected a value, found =\n      group = = 1\n              ^\n");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(cluster.requests()).allMatch(ValidateJobRequest.class::isInstance);
    }

    @Test
    void what_nobody_foresaw_has_one_line_and_a_stack_trace_only_on_request() {
        Object broken = new BrokenCommand();

        CliRun quiet = CliRun.of(Map.of(), List.of(new Program("broken", () -> broken)), "broken");
        CliRun loud = CliRun.of(Map.of("GANTRY_DEBUG", "1"), List.of(new Program("broken", () -> broken)), "broken");

        assertThat(quiet.exitCode()).isEqualTo(1);
        assertThat(quiet.err())
                .isEqualTo("error: java.lang.IllegalStateException: a bug (GANTRY_DEBUG=1 shows where)\n");
        assertThat(loud.err()).contains("\tat " + BrokenCommand.class.getName());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "job",
                "job run",
                "job run a b",
                "job fly",
                "job run --nope x",
                "job run --wait-timeout 3y x",
                "job run --wait-timeout 5ms5m x",
                "job run --check-index x y",
                "alloc logs",
                "alloc logs -n x y",
                "status --address host:0",
                "--address",
                "help nope"
            })
    void a_wrong_use_ends_with_2_and_says_how_to_use_it(String arguments) {
        CliRun run = CliRun.of(cluster, arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("error: ").contains("\nUsage: gantry").contains("--help\n");
        assertThat(cluster.requests()).isEmpty();
    }

    @Test
    void the_address_may_stand_before_or_behind_the_command_and_counts_more_than_the_environment() {
        cluster.answers("GetStatus", GetStatusResponse.getDefaultInstance());
        Map<String, String> elsewhere = Map.of("GANTRY_ADDR", "127.0.0.1:1");

        assertThat(CliRun.of(elsewhere, "", "--address", cluster.address(), "status")
                        .exitCode())
                .isZero();
        assertThat(CliRun.of(elsewhere, "", "status", "--address", cluster.address())
                        .exitCode())
                .isZero();
        assertThat(CliRun.of(elsewhere, "", "--address=127.0.0.1:2", "status", "--address", cluster.address())
                        .exitCode())
                .isZero();
        assertThat(cluster.requests()).hasSize(3);
    }

    @Test
    void help_and_version_are_no_failures() {
        assertThat(CliRun.of(cluster, "--version")).isEqualTo(new CliRun(0, "gantry 1.2.3\nJava 17\n", ""));
        assertThat(CliRun.of(cluster, "version")).isEqualTo(new CliRun(0, "gantry 1.2.3\nJava 17\n", ""));
        assertThat(CliRun.of(cluster, "help").out()).startsWith("Usage: gantry").contains("job", "alloc", "node");
        CliRun help = CliRun.of(cluster, "job", "run", "--help");
        assertThat(help.out()).startsWith("Usage: gantry job run").contains("--wait-timeout", "Default: 10m");
        assertThat(help.exitCode()).isZero();
        assertThat(CliRun.of(cluster, "help", "job", "run")).isEqualTo(help);
    }

    @Test
    void a_program_called_node_keeps_its_own_use_beside_node_status() {
        Object agent = new AgentCommand();

        assertThat(CliRun.of(Map.of(), List.of(new Program("node", () -> agent)), "node")
                        .exitCode())
                .isEqualTo(42);
        assertThat(CliRun.of(Map.of(), List.of(new Program("node", () -> agent)), "node", "status", "--help")
                        .out())
                .startsWith("Usage: gantry node status");
    }

    private String file(String text) throws IOException {
        return Files.writeString(dir.resolve("web.hcl"), text).toString();
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Command(name = "broken")
    private static final class BrokenCommand implements Runnable {

        @Override
        public void run() {
            throw new IllegalStateException("a bug");
        }
    }

    @Command(name = "node")
    private static final class AgentCommand implements Callable<Integer> {

        @Override
        public Integer call() {
            return 42;
        }
    }
}
