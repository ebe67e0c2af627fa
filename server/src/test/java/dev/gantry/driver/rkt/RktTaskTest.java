package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonParseException;
import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskCommand;
import dev.gantry.driver.TaskCommandException;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskExit;
import dev.gantry.driver.TaskRequest;
import dev.gantry.driver.TaskStop;
import dev.gantry.model.LogLimits;
import dev.gantry.v1.LogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks as real processes under a real supervisor; only rkt is a stand-in. */
class RktTaskTest {

    private static final String ECHO = "{\"image\": \"a\"}";
    private static final String SERVES = "trap 'exit 3' TERM; while :; do sleep 0.05; done";
    private static final String IGNORES_TERM = "trap '' TERM; while :; do sleep 0.05; done";
    private static final RktTimeouts IMPATIENT = new RktTimeouts(
            Duration.ofMillis(700),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10));

    private static final LogLimits LIMITS = LogLimits.of(LogConfig.getDefaultInstance());

    @TempDir
    Path root;

    private DriverFixture fixture;

    @BeforeEach
    void make() {
        fixture = new DriverFixture(root);
    }

    @AfterEach
    void leave_no_process() {
        fixture.rkt.pods().stream()
                .filter(fixture.rkt::isRunning)
                .forEach(pod -> fixture.rkt.process(pod).destroyForcibly());
    }

    @ParameterizedTest
    @CsvSource({
        "exit 0, 0, Exit code 0",
        "exit 7, 7, Exit code 7",
        "kill -TERM $$, 143, Exit code 143: ended by SIGTERM",
        "kill -KILL $$, 137, Exit code 137: ended by SIGKILL"
    })
    void a_task_ends_with_the_exit_code_of_its_pod(String app, int code, String message) throws Exception {
        fixture.rkt.app(app);
        Instant before = Instant.now();

        TaskExit exit = exitOf(start(fixture.driver()));

        assertThat(exit.exitCode()).hasValue(code);
        assertThat(exit.message()).isEqualTo(message);
        assertThat(exit.finishedAt())
                .isBetween(before.minusMillis(20), Instant.now().plusMillis(20));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run-prepared: pod is not prepared | Exit code 254: rkt run-prepared: pod is not prepared",
                "run: can not change directory     | Exit code 254: rkt run: can not change directory",
                "my own trouble                    | Exit code 254"
            })
    void where_rkt_itself_has_failed_its_words_are_the_message(String said, String message) throws Exception {
        fixture.rkt.app("seq 1 3000 >&2; echo '" + said + "' >&2; exit 254");

        assertThat(exitOf(start(fixture.driver())).message()).isEqualTo(message);
    }

    @Test
    void a_task_that_rkt_knows_to_be_killed_for_its_memory_says_so() throws Exception {
        fixture.rkt.app("for pod in " + fixture.rkt.path().resolveSibling("pods")
                + "/*; do echo ',\"oom_killed\":true' >$pod/exit-code; done; kill -KILL $$");

        assertThat(exitOf(start(fixture.driver())).message())
                .isEqualTo("Exit code 137: OOM Killed: the task was at its memory limit");
    }

    @Test
    void what_a_task_prints_is_in_its_logs() throws Exception {
        fixture.rkt.app("echo out; echo err >&2; cat; echo end");
        TaskDirectory directory = fixture.directory("web");
        Files.writeString(directory.stdout(), "earlier\n");

        exitOf(start(fixture.driver()));

        assertThat(directory.stdout()).hasContent("earlier\nout\nend\n");
        assertThat(directory.stderr()).hasContent("err\n");
    }

    @Test
    void a_task_that_opens_its_output_anew_wipes_nothing() throws Exception {
        fixture.rkt.app("echo one; echo two >/dev/stdout; echo three >>/dev/stdout;"
                + " for i in 1 2 3; do echo loop$i >/proc/self/fd/1; done; echo end");

        exitOf(start(fixture.driver()));

        assertThat(fixture.directory("web").stdout()).hasContent("one\ntwo\nthree\nloop1\nloop2\nloop3\nend");
    }

    @Test
    void the_end_of_a_task_comes_after_all_that_it_has_written() throws Exception {
        fixture.rkt.app("seq 1 500000");

        exitOf(start(fixture.driver()));

        assertThat(fixture.directory("web").stdout()).content().endsWith("\n499999\n500000\n");
    }

    @Test
    void output_that_shall_not_be_kept_is_discarded() throws Exception {
        fixture.rkt.app("echo out; echo err >&2");

        exitOf(fixture.driver().start(limited(LogConfig.newBuilder().setDisabled(true))));

        assertThat(fixture.directory("web").logs()).isEmptyDirectory();
    }

    @Test
    void of_a_task_that_talks_without_end_the_newest_is_kept() throws Exception {
        fixture.rkt.app("seq 1 1000000");

        exitOf(fixture.driver()
                .start(limited(LogConfig.newBuilder().setMaxFiles(2).setMaxFileSizeMib(1))));

        TaskDirectory directory = fixture.directory("web");
        assertThat(directory.logs().resolve("web.stdout.5")).hasSize(1 << 20);
        assertThat(directory.logs().resolve("web.stdout.6")).content().endsWith("\n999999\n1000000\n");
        assertThat(directory.logs()).isDirectoryNotContaining("glob:**/web.stdout.[0-4]");
    }

    /** On a machine without control groups, a process may leave the task's session unseen. */
    @Test
    void a_process_that_escapes_delays_the_end_by_seconds_only_and_its_copier_ends_with_the_run() throws Exception {
        fixture.rkt.app("env -i setsid sh -c 'sleep 300' & echo $! >" + root.resolve("orphan") + "; echo out");
        RunningTask task = start(fixture.driver(ControlGroups.none()));

        assertThat(exitOf(task).exitCode()).hasValue(0);
        assertThat(copiers(task)).isNotEmpty();
        task.remove();

        await().untilAsserted(() -> assertThat(copiers(task)).isEmpty());
        assertThat(fixture.directory("web").stdout()).hasContent("out");
        ProcessHandle.of(Long.parseLong(Files.readString(root.resolve("orphan")).strip()))
                .ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void what_a_pod_has_written_is_copied_though_its_supervisor_was_killed() throws Exception {
        fixture.rkt.app("trap '' TERM; echo first; while ! [ -e " + root.resolve("go")
                + " ]; do sleep 0.05; done; seq 1 100000");
        RunningTask task = started(fixture.driver());

        supervisorOf(task).destroyForcibly();
        Files.createFile(root.resolve("go"));
        exitOf(task);

        await().untilAsserted(() -> assertThat(copiers(task)).isEmpty());
    }

    @Test
    void lost_output_is_told_with_the_end() throws Exception {
        fixture.rkt.app("for run in " + fixture.directory("web").driver()
                + "/*/; do echo 'output to F was lost: no space' >$run/lost; done");

        assertThat(exitOf(start(fixture.driver())).message()).isEqualTo("Exit code 0; output to F was lost: no space");
    }

    private TaskRequest limited(LogConfig.Builder logs) {
        TaskRequest request = fixture.request("web", ECHO);
        return fixture.request(request.task().toBuilder().setLogs(logs), request.environment());
    }

    /** The processes that copy a task's output. */
    private static List<ProcessHandle> copiers(RunningTask task) {
        return ProcessHandle.allProcesses()
                .filter(process -> Copiers.isCopier(process, task.podId()))
                .toList();
    }

    @Test
    void a_task_that_listens_is_asked_to_stop() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());

        task.stop(TaskStop.within(Duration.ofSeconds(10)));

        assertThat(exitOf(task).exitCode()).hasValue(3);
        assertThat(fixture.rkt.calls("stop")).containsExactly("stop|" + task.podId());
    }

    @Test
    void a_task_is_asked_by_the_signal_that_it_wants() throws Exception {
        fixture.rkt.app("trap 'exit 4' INT; trap 'exit 5' TERM; while :; do sleep 0.05; done");
        RunningTask task = started(fixture.driver());

        task.stop(new TaskStop("SIGINT", Duration.ofSeconds(10)));

        assertThat(exitOf(task).exitCode()).hasValue(4);
        assertThat(fixture.rkt.calls("stop")).isEmpty();
    }

    @Test
    void a_command_is_run_inside_the_pod() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());

        TaskCommand.Outcome outcome = task.run(
                new TaskCommand(List.of("/bin/sh", "-c", "echo out; echo err >&2; exit 3"), Duration.ofSeconds(10)));

        assertThat(outcome).isEqualTo(new TaskCommand.Outcome(3, "out\nerr\n"));
        assertThat(fixture.rkt.calls("enter"))
                .containsExactly("enter|" + task.podId() + "|/bin/sh|-c|echo out; echo err >&2; exit 3");
        task.stop(TaskStop.within(Duration.ofSeconds(10)));
    }

    @Test
    void a_command_that_takes_too_long_is_ended() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());

        assertThatThrownBy(() -> task.run(new TaskCommand(List.of("sleep", "300"), Duration.ofMillis(200))))
                .isInstanceOf(TaskCommandException.class)
                .hasMessageContaining("did not end within");

        task.stop(TaskStop.within(Duration.ofSeconds(10)));
    }

    @Test
    void a_task_that_does_not_listen_is_killed() throws Exception {
        fixture.rkt.app(IGNORES_TERM);
        RunningTask task = started(fixture.driver());

        task.stop(TaskStop.within(Duration.ofMillis(100)));

        assertThat(exitOf(task).exitCode()).hasValue(137);
        assertThat(fixture.rkt.calls("stop")).containsExactly("stop|" + task.podId(), "stop|--force|" + task.podId());
    }

    @Test
    void a_task_is_stopped_even_if_rkt_hangs() throws Exception {
        fixture.rkt.app(IGNORES_TERM);
        RunningTask task = started(fixture.driver(IMPATIENT));
        fixture.rkt.hang("stop");

        task.stop(TaskStop.within(Duration.ZERO));

        assertThat(exitOf(task).exitCode()).hasValue(137);
    }

    @Test
    void an_rkt_without_stop_is_done_without() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());
        fixture.rkt.fail("stop", "stop: unknown subcommand \"stop\"\n");

        task.stop(TaskStop.within(Duration.ofSeconds(10)));

        assertThat(exitOf(task).exitCode()).hasValue(3);
    }

    @Test
    void stopping_what_has_ended_does_nothing() throws Exception {
        fixture.rkt.app("exit 0");
        RunningTask task = start(fixture.driver());
        exitOf(task);

        task.stop(TaskStop.within(Duration.ZERO));

        assertThat(fixture.rkt.calls("stop")).isEmpty();
    }

    @Test
    void a_removed_task_leaves_its_logs_and_nothing_of_rkts() throws Exception {
        fixture.rkt.app("echo kept");
        RktDriver driver = fixture.driver();
        RunningTask task = start(driver);
        exitOf(task);

        task.remove();
        task.remove();

        TaskDirectory directory = fixture.directory("web");
        assertThat(fixture.rkt.pods()).isEmpty();
        assertThat(directory.driver()).isEmptyDirectory();
        assertThat(directory.stdout()).hasContent("kept");
        assertThat(driver.find(directory)).isEmpty();
        assertThat(exitOf(start(driver)).isSuccess()).isTrue();
    }

    @Test
    void a_running_task_is_not_removed() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());

        assertThatIllegalStateException().isThrownBy(task::remove).withMessageContaining("still runs");

        task.stop(TaskStop.within(Duration.ofSeconds(10)));
    }

    @Test
    void a_task_is_not_started_where_another_run_is_remembered() throws Exception {
        fixture.rkt.app("exit 0");
        RktDriver driver = fixture.driver();
        exitOf(start(driver));

        assertThatIllegalStateException().isThrownBy(() -> start(driver)).withMessageContaining("remove that before");
    }

    @Test
    void an_rkt_that_chooses_the_uuids_of_pods_itself_leaves_nothing_of_the_proposed_one() throws Exception {
        fixture.rkt.chooseUuids();
        fixture.rkt.app("exit 7");

        RunningTask task = start(fixture.driver());

        assertThat(exitOf(task).exitCode()).hasValue(7);
        assertThat(fixture.rkt.pods()).containsExactly(task.podId());
        try (Stream<Path> left = Files.list(fixture.directory("web").driver())) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("pod.json", task.podId());
        }
        task.remove();
    }

    @Test
    void the_pod_is_in_its_control_group_and_its_supervisor_and_copiers_are_not() throws Exception {
        assumeThat(ControlGroups.ofThisMachine().of("any"))
                .as("this machine has no control groups: skipped")
                .isPresent();
        fixture.rkt.app(SERVES);

        RunningTask task = started(fixture.driver());

        assertThat(groupsOf(fixture.rkt.process(task.podId()))).contains("/gantry/" + task.podId());
        await().until(() -> copiers(task).size() >= 2);
        assertThat(groupsOf(supervisorOf(task))).doesNotContain(task.podId());
        for (ProcessHandle copier : copiers(task)) {
            assertThat(groupsOf(copier)).doesNotContain(task.podId());
        }
        task.stop(TaskStop.within(Duration.ofSeconds(10)));
        assertThat(exitOf(task).exitCode()).isPresent();
    }

    private static String groupsOf(ProcessHandle process) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cgroup"));
    }

    @Test
    void a_start_that_rkt_refuses_leaves_neither_a_record_nor_a_run_nor_a_control_group() throws Exception {
        fixture.rkt.fail("prepare", "prepare: no such image");

        assertThatThrownBy(() -> start(fixture.driver())).hasMessageContaining("no such image");

        try (Stream<Path> left = Files.list(fixture.directory("web").driver())) {
            assertThat(left).isEmpty();
        }
        String uuid = fixture.rkt.environment().stream()
                .filter(variable -> variable.startsWith("RKT_POD_UUID="))
                .map(variable -> variable.substring("RKT_POD_UUID=".length()))
                .findFirst()
                .orElseThrow();
        assertThat(ControlGroups.ofThisMachine().of(uuid).filter(Files::exists)).isEmpty();
    }

    @Test
    void a_later_driver_finds_a_running_task_and_sees_its_end() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(found.podId()).isEqualTo(task.podId());
        assertThat(found.startedAt()).isEqualTo(task.startedAt());
        assertThat(found.exit()).isNotDone();
        found.stop(TaskStop.within(Duration.ofSeconds(10)));
        assertThat(exitOf(found).exitCode()).hasValue(3);
        assertThat(exitOf(task).exitCode()).hasValue(3);
    }

    @Test
    void a_later_driver_learns_how_a_task_has_ended_meanwhile() throws Exception {
        fixture.rkt.app("exit 7");
        TaskExit exit = exitOf(start(fixture.driver()));

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(exitOf(found)).isEqualTo(exit);
    }

    @Test
    void a_task_that_was_never_started_is_not_found() {
        assertThat(fixture.driver().find(fixture.directory("web"))).isEmpty();
    }

    @Test
    void a_start_that_was_interrupted_before_the_pod_ran_is_given_up_without_asking_rkt() throws Exception {
        String uuid = "1523962e-2505-4364-9c88-35acfa703c8a";
        fixture.rkt.putPod(uuid, "{}");
        RunFiles files = RunFiles.of(fixture.directory("web"));
        files.save(new PodRecord(uuid, fixture.rkt.path(), Instant.EPOCH));

        assertThat(fixture.driver().find(fixture.directory("web"))).isEmpty();

        assertThat(fixture.rkt.calls()).isEmpty();
        assertThat(files.pod()).isEmpty();
        assertThat(files.giveUp(uuid)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "", "{\"uuid\": 1}", "gone", "\u0000\uffff"})
    void a_running_task_is_found_whatever_has_become_of_its_records(String left) throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());
        Path pod = fixture.directory("web").driver().resolve("pod.json");
        damage(pod, left);
        damage(supervisorFile(task), left);

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(found.podId()).isEqualTo(task.podId());
        assertThat(found.exit()).isNotDone();
        assertThat(fixture.driver().find(fixture.directory("web")).orElseThrow().podId())
                .isEqualTo(task.podId());
        found.stop(TaskStop.within(Duration.ofSeconds(10)));
        assertThat(exitOf(found).exitCode()).hasValue(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "", "12 x"})
    void a_damaged_record_of_a_supervisor_does_not_make_its_pod_one_that_never_ran(String left) throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());
        damage(supervisorFile(task), left);

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(found.podId()).isEqualTo(task.podId());
        found.stop(TaskStop.within(Duration.ofSeconds(10)));
        assertThat(exitOf(found).exitCode()).hasValue(3);
    }

    @Test
    void the_exit_code_of_a_task_whose_supervisors_record_is_damaged_is_read() throws Exception {
        fixture.rkt.app("exit 7");
        RunningTask task = start(fixture.driver());
        exitOf(task);
        damage(supervisorFile(task), "garbage");

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(exitOf(found).exitCode()).hasValue(7);
    }

    @Test
    void a_running_task_is_found_when_the_record_of_its_supervisor_is_lost() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());
        damage(supervisorFile(task), "gone");

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(found.podId()).isEqualTo(task.podId());
        assertThat(found.exit()).isNotDone();
        found.stop(TaskStop.within(Duration.ofSeconds(10)));
        assertThat(exitOf(found).exitCode()).hasValue(3);
    }

    @Test
    void a_running_task_is_found_when_its_record_names_another_pod() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());
        Path pod = fixture.directory("web").driver().resolve("pod.json");
        damage(pod, Files.readString(pod).replace(task.podId(), "1523962e-2505-4364-9c88-35acfa703c8a"));

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(found.podId()).isEqualTo(task.podId());
        assertThat(found.exit()).isNotDone();
        found.stop(TaskStop.within(Duration.ofSeconds(10)));
        assertThat(exitOf(found).exitCode()).hasValue(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "garbage", "{\"uuid\": \"..\", \"rkt\": \"/x\", \"started_at\": \"2026-01-01T00:00:00Z\"}"})
    void the_exit_code_of_a_task_that_ended_is_read_though_its_record_is_damaged(String left) throws Exception {
        fixture.rkt.app("exit 7");
        RunningTask task = start(fixture.driver());
        exitOf(task);
        damage(fixture.directory("web").driver().resolve("pod.json"), left);

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(found.podId()).isEqualTo(task.podId());
        assertThat(exitOf(found).exitCode()).hasValue(7);
        found.remove();
        assertThat(fixture.driver().find(fixture.directory("web"))).isEmpty();
        assertThat(fixture.directory("web").driver()).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../local", "/", "1523962e/2505-4364-9c88-35acfa703c8a"})
    void a_record_whose_pod_is_no_uuid_names_nothing_to_delete(String uuid) {
        String record = new PodRecord(uuid, fixture.rkt.path(), Instant.EPOCH).toJson();

        assertThatThrownBy(() -> PodRecord.fromJson(record)).isInstanceOf(JsonParseException.class);
    }

    private static void damage(Path file, String left) throws IOException {
        if (left.equals("gone")) {
            Files.delete(file);
        } else {
            Files.writeString(file, left);
        }
    }

    @Test
    void a_supervisor_that_comes_late_does_not_run_a_pod_that_was_given_up() throws Exception {
        String uuid = "1523962e-2505-4364-9c88-35acfa703c8a";
        fixture.rkt.app("exit 0");
        TaskDirectory directory = fixture.directory("web");
        RunFiles files = RunFiles.of(directory);
        files.save(new PodRecord(uuid, fixture.rkt.path(), Instant.EPOCH));
        assertThat(files.giveUp(uuid)).isTrue();

        Supervisor supervisor = new Supervisor(
                ProgramStart.with(HostEnvironment.forRkt(System.getenv()), DriverFixture.LIMITS),
                ControlGroups.ofThisMachine());
        Process late = supervisor.start(
                supervisor.ready(uuid, files.run(uuid), LIMITS),
                List.of(fixture.rkt.path().toString(), "run-prepared", uuid),
                uuid,
                directory,
                LIMITS);

        assertThat(late.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(late.exitValue()).isEqualTo(1);
        assertThat(fixture.rkt.calls()).isEmpty();
    }

    /** A stop that comes before rkt runs finds one of these helpers, and signals it. */
    @ParameterizedTest
    @ValueSource(strings = {"ln", "mkdir", "mkfifo", "mv"})
    void a_signal_to_a_helper_of_the_supervisor_costs_neither_the_run_nor_the_exit_code(String helper)
            throws Exception {
        Path helpers = Files.createDirectory(root.resolve("helpers"));
        Path real = RktExecutable.onSearchPath(helper, System.getenv("PATH")).orElseThrow();
        Path signalled = Files.writeString(
                helpers.resolve(helper), "#!/bin/sh\nkill -TERM $$\nexec %s \"$@\"\n".formatted(real));
        Files.setPosixFilePermissions(signalled, PosixFilePermissions.fromString("rwxr-xr-x"));
        String uuid = UUID.randomUUID().toString();
        TaskDirectory directory = fixture.directory("web");
        RunFiles files = RunFiles.of(directory);
        files.save(new PodRecord(uuid, fixture.rkt.path(), Instant.EPOCH));

        Supervisor starter = new Supervisor(
                ProgramStart.with(Map.of("PATH", helpers + ":" + System.getenv("PATH")), DriverFixture.LIMITS),
                ControlGroups.ofThisMachine());
        Process supervisor = starter.start(
                starter.ready(uuid, files.run(uuid), LIMITS),
                List.of("/bin/sh", "-c", "echo out; exit 7"),
                uuid,
                directory,
                LIMITS);

        assertThat(supervisor.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(files.exit(uuid)).map(RunFiles.Exit::code).contains(7);
        assertThat(directory.stdout()).hasContent("out");
    }

    @Test
    void a_task_whose_supervisor_is_killed_is_stopped_and_its_exit_code_unknown() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());
        ProcessHandle app = fixture.rkt.process(task.podId());

        supervisorOf(task).destroyForcibly();

        TaskExit exit = exitOf(task);
        assertThat(exit.exitCode()).isEmpty();
        assertThat(exit.message()).startsWith("The task's supervisor was killed");
        await().until(() -> !app.isAlive());
    }

    @Test
    void where_rkt_knows_the_exit_code_it_is_asked_when_the_supervisor_cannot_tell() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());
        fixture.rkt.exited(task.podId(), 9);

        supervisorOf(task).destroyForcibly();

        assertThat(exitOf(task).exitCode()).hasValue(9);
    }

    @Test
    void an_end_is_reported_even_if_nobody_can_tell_anything() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver(IMPATIENT));
        fixture.rkt.hang("status");

        supervisorOf(task).destroyForcibly();

        assertThat(exitOf(task).exitCode()).isEqualTo(OptionalInt.empty());
        assertThat(exitOf(task).message()).contains("supervisor was killed").contains("did not end within");
    }

    @Test
    void a_process_that_got_the_supervisors_id_later_is_not_taken_for_it() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());
        Process innocent = new ProcessBuilder("sleep", "60").start();
        ProcessIdentity identity = ProcessIdentity.ofLiving(innocent.pid()).orElseThrow();
        Path file = supervisorFile(task);
        Files.writeString(file, innocent.pid() + " " + (identity.startTicks() - 1) + " " + identity.boot());

        try {
            RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

            assertThat(exitOf(found).exitCode()).isEmpty();
            assertThat(innocent.isAlive()).isTrue();
        } finally {
            innocent.destroyForcibly();
        }
    }

    @Test
    void after_a_restart_of_the_machine_the_exit_code_is_unknown() throws Exception {
        fixture.rkt.app("exit 0");
        RunningTask task = start(fixture.driver());
        exitOf(task);
        Files.delete(RunFiles.of(fixture.directory("web")).run(task.podId()).resolve("exit"));
        Path file = supervisorFile(task);
        Files.writeString(file, Files.readString(file).replaceAll("\\S+\\s*$", "an-earlier-boot"));

        RunningTask found = fixture.driver().find(fixture.directory("web")).orElseThrow();

        assertThat(exitOf(found).exitCode()).isEmpty();
        assertThat(exitOf(found).message()).isEqualTo("The machine was restarted while the task ran");
    }

    @Test
    void signals_to_the_supervisor_do_not_cost_the_exit_code() throws Exception {
        fixture.rkt.app(SERVES);
        RunningTask task = started(fixture.driver());

        assertThat(supervisorOf(task).destroy()).isTrue();
        fixture.rkt.process(task.podId()).destroy();

        assertThat(exitOf(task).exitCode()).hasValue(3);
    }

    private RunningTask start(RktDriver driver) throws Exception {
        return driver.start(fixture.request("web", ECHO));
    }

    /** Starts a task and waits until its app runs and has set its traps. */
    private RunningTask started(RktDriver driver) throws Exception {
        Path ready = root.resolve("ready");
        Path app = fixture.rkt.path().resolveSibling("app");
        String script = Files.readString(app);
        fixture.rkt.app(script.replaceFirst(";", "; : >" + ready + ";"));
        RunningTask task = start(driver);
        await().until(() -> Files.exists(ready));
        return task;
    }

    private static TaskExit exitOf(RunningTask task) throws Exception {
        return task.exit().get(20, TimeUnit.SECONDS);
    }

    private Path supervisorFile(RunningTask task) {
        return RunFiles.of(fixture.directory("web")).run(task.podId()).resolve("supervisor");
    }

    private ProcessHandle supervisorOf(RunningTask task) throws IOException {
        return RunFiles.of(fixture.directory("web"))
                .supervisor(task.podId())
                .orElseThrow()
                .handle()
                .orElseThrow();
    }
}
