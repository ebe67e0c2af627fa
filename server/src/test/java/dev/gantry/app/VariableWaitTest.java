package dev.gantry.app;

import static dev.gantry.app.NodeFixture.events;
import static dev.gantry.app.ScriptJobs.both;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.stop;
import static dev.gantry.app.ScriptJobs.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariablesRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests how tasks of a node get the values of variables. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VariableWaitTest {

    private static final String SECRET = "correct-horse-battery-staple";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Notes a value that only the test knows by its checksum, so that the value is in no file. */
    private static final String CHECKS_VALUE = "printf %s \"$DB\" | cksum > seen; exec sleep 300";

    @TempDir
    Path dir;

    private NodeFixture node;

    @BeforeEach
    void start() throws Exception {
        node = NodeFixture.start(dir);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void a_task_gets_the_value_and_nothing_on_the_node_s_disk_has_it() throws Exception {
        node.server.answerVariables(question -> Optional.of(value(SECRET)));

        node.server.desire(run("a1", withSecret("main")));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.server.questions())
                .extracting(VariablesRequest::getAllocationId, VariablesRequest::getTask)
                .containsExactly(tuple("a1", "main"));
        Path seen = node.allocationDir("a1").resolve("main/driver/seen");
        await().atMost(PATIENCE).until(() -> Files.exists(seen) && Files.size(seen) > 0);
        assertThat(Files.readString(seen)).isEqualTo(checksum(SECRET));
        assertNoFileHasTheValue();
        assertThat(node.server.updates("a1").toString()).doesNotContain(SECRET);
    }

    @Test
    void a_task_waits_until_the_variable_exists_and_says_for_what() {
        node.server.answerVariables(question -> Optional.of(TaskVariables.getDefaultInstance()));
        node.server.desire(run("a1", withSecret("main"), task("other", "exec sleep 300")));

        node.awaitEvent("a1", "main", "Waiting");
        assertThat(node.task("a1", "main").getEventsList().stream()
                        .filter(event -> event.getType().equals("Waiting"))
                        .map(TaskEvent::getMessage))
                .containsExactly("Waiting for variable \"jobs/web\" key \"db\"");
        await().atMost(PATIENCE).until(() -> node.server.questions().size() > 1);
        assertThat(node.driver().started()).doesNotContain("main");

        node.server.answerVariables(question -> Optional.of(value(SECRET)));

        node.awaitEvent("a1", "main", "Started");
        assertThat(events(node.task("a1", "main")).stream().filter("Waiting"::equals))
                .as("one event for one reason")
                .hasSize(1);
    }

    @Test
    void an_error_of_the_server_is_shown_and_the_task_waits() {
        node.server.answerVariables(question -> Optional.of(
                TaskVariables.newBuilder().setError("The keyring is missing").build()));
        node.server.desire(run("a1", withSecret("main")));

        node.awaitEvent("a1", "main", "Waiting");

        assertThat(node.task("a1", "main").getEventsList())
                .extracting(TaskEvent::getMessage)
                .contains("Waiting for variables: The keyring is missing");
    }

    @Test
    void a_task_that_waits_is_stopped_at_once() {
        DesiredState desired = run("a1", withSecret("main"));
        node.server.desire(desired);
        node.awaitEvent("a1", "main", "Waiting");

        node.server.desire(stop(desired));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.driver().started()).isEmpty();
    }

    @Test
    void a_question_that_a_session_has_not_answered_is_asked_again_in_the_next_one() {
        node.server.answerVariables(question -> Optional.empty());
        node.server.desire(run("a1", withSecret("main")));
        await().atMost(PATIENCE).until(() -> node.server.questions().size() == 1);
        node.server.answerVariables(question -> Optional.of(value(SECRET)));

        node.server.endSession();

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.server.questions()).hasSize(2);
    }

    @Test
    void a_node_that_is_restarted_finds_its_tasks_again_without_their_values() {
        node.server.answerVariables(question -> Optional.of(value(SECRET)));
        node.server.desire(run("a1", withSecret("main")));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        node.server.answerVariables(question -> Optional.empty());
        int asked = node.server.questions().size();
        int registered = node.server.registers().size();

        node.restart();

        await().atMost(PATIENCE).until(() -> node.server.registers().size() > registered);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.server.questions()).hasSize(asked);
        assertThat(node.driver().started()).isEmpty();
    }

    @Test
    void many_tasks_that_wait_ask_a_few_at_a_time_and_all_start() {
        node.server.answerVariables(question -> Optional.empty());
        DesiredState all = run("a0", withSecret("main"));
        for (int i = 1; i < 20; i++) {
            all = both(all, run("a" + i, withSecret("main")));
        }
        node.server.desire(all);
        await().atMost(PATIENCE).until(() -> node.server.questions().size() >= 8);
        assertThat(node.server.questions()).hasSize(8);
        node.server.answerVariables(question -> Optional.of(value(SECRET)));

        node.server.endSession();

        for (int i = 0; i < 20; i++) {
            node.awaitEvent("a" + i, "main", "Started");
        }
    }

    private static Task withSecret(String name) {
        return task(name, CHECKS_VALUE).toBuilder()
                .putEnv("DB", "${var.jobs/web.db}")
                .build();
    }

    private static TaskVariables value(String value) {
        return TaskVariables.newBuilder()
                .addVariables(Variable.newBuilder().setPath("jobs/web").putItems("db", value))
                .build();
    }

    private static String checksum(String text) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", "printf %s \"$1\" | cksum", "sh", text).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private void assertNoFileHasTheValue() throws IOException {
        try (Stream<Path> all = Files.walk(dir)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(SECRET);
            }
        }
    }
}
