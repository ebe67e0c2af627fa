package dev.gantry.app;

import static dev.gantry.app.NodeFixture.events;
import static dev.gantry.app.ScriptJobs.restarts;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.stop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Durations;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.JobType;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.Template;
import dev.gantry.v1.TemplateChangeMode;
import dev.gantry.v1.TemplateData;
import dev.gantry.v1.TemplateService;
import dev.gantry.v1.TemplateWatch;
import dev.gantry.v1.Variable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests how a node renders the templates of tasks, and what it does to tasks whose files change. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TemplateTaskTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SECRET = "correct-horse-battery-staple";
    private static final String SERVERS = "{{ range nomadService \"db\" }}{{ .Address }}:{{ .Port }};{{ end }}";

    /** Counts the signals that it gets, in the directory of the driver. */
    private static final String COUNTS_SIGNALS =
            "trap 'echo x >> signals' INT; : > ready; while :; do sleep 0.05; done";

    private static final String FOREVER = "exec sleep 300";

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
    void a_file_is_there_before_the_task_starts_with_its_mode_and_without_a_server_s_help() throws Exception {
        node.server.desire(run(
                "a1",
                task(
                        "main",
                        "cat ../local/etc/app.conf > seen; " + FOREVER,
                        template("local/etc/${NOMAD_TASK_NAME}.conf", "x").toBuilder()
                                .setDestination("${NOMAD_TASK_DIR}/etc/app.conf")
                                .setData(
                                        "{{ env \"NOMAD_ALLOC_ID\" }} {{ env \"COLOR\" }} {{ env \"meta.owner\" }} {{ env \"NONE\" }}.")
                                .setPerms("0600")
                                .build())));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(file("driver/seen")).isEqualTo("a1 blue ops .");
        Path file = node.allocationDir("a1").resolve("main/local/etc/app.conf");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(node.server.templateWatches()).as("nothing is looked up").isEmpty();
    }

    @Test
    void an_environment_template_is_the_environment_of_the_task() {
        node.server.desire(run(
                "a1",
                task(
                        "main",
                        "echo \"$A|$B|$COLOR\" > seen; " + FOREVER,
                        template("secrets/env", "# comment\nexport A=\"x y\"\nB='$z'\nCOLOR=red # not blue\n")
                                .toBuilder()
                                .setEnv(true)
                                .build())));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(file("driver/seen")).isEqualTo("x y|$z|red\n");
    }

    @Test
    void a_template_that_can_t_be_rendered_fails_the_start_and_its_error_has_no_value() {
        node.server.tellTemplates(watch -> Optional.of(secret()));
        node.server.desire(run(
                "a1",
                task(
                        "main",
                        FOREVER,
                        template("local/a", "{{ with nomadVar \"jobs/web\" }}{{ parseInt .db }}{{ end }}"))));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(node.task("a1", "main").toString())
                .contains("Template failed: local/a: line 1, column 34: parseInt: the text is no integer")
                .doesNotContain(SECRET);
        assertThat(events(node.task("a1", "main"))).contains("Template").doesNotContain("DriverFailure");
        assertThat(node.driver().started()).isEmpty();
    }

    @Test
    void a_task_waits_for_the_variables_of_its_templates_and_says_for_which() {
        node.server.tellTemplates(watch -> Optional.of(TemplateData.getDefaultInstance()));
        node.server.desire(run(
                "a1",
                task("main", FOREVER, template("secrets/db", "{{ with nomadVar \"jobs/web\" }}{{ .db }}{{ end }}"))));
        node.awaitEvent("a1", "main", "Waiting");
        assertThat(node.task("a1", "main").getEventsList())
                .extracting(TaskEvent::getMessage)
                .contains("Waiting for variable \"jobs/web\"");
        assertThat(node.driver().started()).isEmpty();

        node.server.tellTemplates(watch -> Optional.of(secret()));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(file("secrets/db")).isEqualTo(SECRET);
        assertThat(node.server.updates("a1").toString()).doesNotContain(SECRET);
    }

    @Test
    void a_task_that_waits_for_data_is_stopped_at_once_and_its_watch_ends() {
        DesiredState desired = run("a1", task("main", FOREVER, template("local/a", SERVERS)));
        node.server.desire(desired);
        await().atMost(PATIENCE).until(() -> node.server.templateWatches().size() == 1);

        node.server.desire(stop(desired));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_COMPLETE);
        assertThat(node.driver().started()).isEmpty();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(node.server.templateWatches())
                        .extracting(TemplateWatch::getTask, TemplateWatch::getEnd)
                        .containsExactly(tuple("main", false), tuple("main", true)));
    }

    @Test
    void a_change_of_several_files_signals_the_task_once_for_each_signal() {
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.1")));
        node.server.desire(run(
                "a1",
                task("main", COUNTS_SIGNALS, signalled("local/a", SERVERS), signalled("local/b", "b " + SERVERS))));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(file("local/a")).isEqualTo("10.0.0.1:80;");
        assertThat(file("driver/ready")).as("the signal is caught from now on").isEmpty();

        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.1", "10.0.0.2")));

        node.awaitEvent("a1", "main", "Signaling");
        await().atMost(PATIENCE).until(() -> exists("driver/signals"));
        assertThat(file("local/b")).isEqualTo("b 10.0.0.1:80;10.0.0.2:80;");
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.2")));
        await().atMost(PATIENCE).until(() -> file("driver/signals").length() > 2);
        assertThat(file("driver/signals")).as("one signal for each change").isEqualTo("x\nx\n");
        assertThat(events(node.task("a1", "main"))).doesNotContain("RestartSignaled");
    }

    @Test
    void a_change_restarts_the_task_by_default_with_a_new_environment() {
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.1")));
        node.server.desire(run(
                "a1",
                JobType.JOB_TYPE_SERVICE,
                restarts(0),
                task(
                        "main",
                        "echo \"$DB\" >> ../local/seen; " + FOREVER,
                        template("secrets/env", "DB=" + SERVERS).toBuilder()
                                .setEnv(true)
                                .build())));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.2")));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(file("local/seen")).isEqualTo("10.0.0.1:80;\n10.0.0.2:80;\n"));
        assertThat(events(node.task("a1", "main"))).contains("RestartSignaled").doesNotContain("NotRestarting");
    }

    @Test
    void a_change_without_consequences_changes_the_file_alone() {
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.1")));
        node.server.desire(run("a1", task("main", FOREVER, noop("local/a", SERVERS))));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        node.server.tellTemplates(watch -> Optional.of(instances()));

        await().atMost(PATIENCE).until(() -> file("local/a").isEmpty());
        assertThat(node.driver().started()).hasSize(1);
    }

    @Test
    void a_file_that_can_t_be_rendered_again_stays_as_it_is() {
        node.server.tellTemplates(watch -> Optional.of(secret()));
        node.server.desire(run(
                "a1",
                task("main", FOREVER, template("secrets/db", "{{ with nomadVar \"jobs/web\" }}{{ .db }}{{ end }}"))));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        node.server.tellTemplates(watch -> Optional.of(TemplateData.getDefaultInstance()));

        node.awaitEvent("a1", "main", "Template");
        assertThat(node.task("a1", "main").toString())
                .contains("there is no variable \\\"jobs/web\\\"; the file stays as it is");
        assertThat(file("secrets/db")).isEqualTo(SECRET);
        assertThat(node.driver().started()).hasSize(1);
    }

    @Test
    void a_lost_session_leaves_files_and_task_alone_and_the_next_one_watches_again() {
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.1")));
        node.server.desire(run("a1", task("main", FOREVER, template("local/a", SERVERS))));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);

        node.server.endSession();

        await().atMost(PATIENCE).until(() -> node.server.templateWatches().size() == 2);
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.3")));
        node.awaitEvent("a1", "main", "RestartSignaled");
        await().atMost(PATIENCE).until(() -> file("local/a").equals("10.0.0.3:80;"));
    }

    @Test
    void a_node_that_is_restarted_leaves_a_task_alone_whose_files_are_current_even_if_it_has_deleted_them() {
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.1")));
        node.server.desire(
                run("a1", task("main", COUNTS_SIGNALS, template("local/a", SERVERS), signalled("local/b", SERVERS))));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        delete("local/a");

        node.restart();

        await().atMost(PATIENCE).until(() -> node.server.templateWatches().size() == 2);
        // A later change shows that the first data of the new process has been looked at.
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.1").toBuilder()
                .addVariables(Variable.newBuilder().setPath("jobs/web"))
                .build()));
        node.server.endSession();
        await().atMost(PATIENCE).until(() -> node.server.templateWatches().size() == 3);
        assertThat(exists("local/a")).isFalse();
        assertThat(events(node.task("a1", "main"))).doesNotContain("RestartSignaled", "Signaling");
        assertThat(node.driver().started()).isEmpty();
    }

    @Test
    void a_node_that_is_restarted_restarts_a_task_whose_data_has_changed_meanwhile() {
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.1")));
        node.server.desire(run("a1", task("main", FOREVER, template("local/a", SERVERS))));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        node.stopProcess();
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.2")));

        node.restart();

        node.awaitEvent("a1", "main", "RestartSignaled");
        await().atMost(PATIENCE).until(() -> node.driver().started().equals(List.of("main")));
        assertThat(file("local/a")).isEqualTo("10.0.0.2:80;");
    }

    @Test
    void a_template_can_be_a_file_that_another_one_has_written_but_looks_up_nothing_else() {
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.1")));
        Template first = template("local/a.tpl", "[[ x ]]{{ env \"COLOR\" }}").toBuilder()
                .setLeftDelimiter("[%")
                .setRightDelimiter("%]")
                .build();
        Template second =
                template("local/a", "").toBuilder().setSource("local/a.tpl").build();
        node.server.desire(run("a1", task("main", FOREVER, first, second)));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(file("local/a")).isEqualTo("[[ x ]]blue");

        node.server.desire(run(
                "a2", task("main", FOREVER, first.toBuilder().setData(SERVERS).build(), second)));

        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(node.task("a2", "main").toString())
                .contains("its source looks up service")
                .contains("name it in a template with data too");
    }

    @Test
    void a_link_that_another_task_puts_in_the_way_leads_nowhere() throws Exception {
        Path target = Files.createDirectory(dir.resolve("outside"));
        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.1")));
        node.server.desire(
                run("a1", JobType.JOB_TYPE_SERVICE, restarts(0), task("main", FOREVER, noop("alloc/etc/a", SERVERS))));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        Path etc = node.allocationDir("a1").resolve("alloc/etc");
        Files.delete(etc.resolve("a"));
        Files.delete(etc);
        Files.createSymbolicLink(etc, target);

        node.server.tellTemplates(watch -> Optional.of(instances("10.0.0.2")));

        node.awaitEvent("a1", "main", "Template");
        assertThat(target).isEmptyDirectory();
        assertThat(Files.exists(etc.resolve("a"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    private static Task task(String name, String script, Template... templates) {
        Task.Builder task = ScriptJobs.task(name, script).toBuilder()
                .putEnv("COLOR", "blue")
                .putMeta("owner", "ops");
        return task.addAllTemplates(List.of(templates)).build();
    }

    private static Template template(String destination, String data) {
        return Template.newBuilder()
                .setDestination(destination)
                .setData(data)
                .setPerms("0644")
                .setChangeMode(TemplateChangeMode.TEMPLATE_CHANGE_MODE_RESTART)
                .setSplay(Durations.ZERO)
                .build();
    }

    private static Template signalled(String destination, String data) {
        return template(destination, data).toBuilder()
                .setChangeMode(TemplateChangeMode.TEMPLATE_CHANGE_MODE_SIGNAL)
                .setChangeSignal("SIGINT")
                .build();
    }

    private static Template noop(String destination, String data) {
        return template(destination, data).toBuilder()
                .setChangeMode(TemplateChangeMode.TEMPLATE_CHANGE_MODE_NOOP)
                .build();
    }

    private static TemplateData instances(String... addresses) {
        TemplateService.Builder service = TemplateService.newBuilder().setName("db");
        for (String address : addresses) {
            service.addInstances(
                    ServiceInstance.newBuilder().setService("db").setIp(address).setPort(80));
        }
        return TemplateData.newBuilder().addServices(service).build();
    }

    private static TemplateData secret() {
        return TemplateData.newBuilder()
                .addVariables(Variable.newBuilder().setPath("jobs/web").putItems("db", SECRET))
                .build();
    }

    /** Reads a file of the task once it is there. */
    private String file(String name) {
        Path file = node.allocationDir("a1").resolve("main").resolve(name);
        await().atMost(PATIENCE).until(() -> Files.exists(file));
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean exists(String name) {
        return Files.exists(node.allocationDir("a1").resolve("main").resolve(name));
    }

    private void delete(String name) {
        try {
            Files.delete(node.allocationDir("a1").resolve("main").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
