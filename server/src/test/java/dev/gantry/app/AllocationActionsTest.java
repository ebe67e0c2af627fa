package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.FileType;
import dev.gantry.v1.GetFileRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.ListFilesRequest;
import dev.gantry.v1.ListFilesResponse;
import dev.gantry.v1.ReadFileRequest;
import dev.gantry.v1.RestartAllocationRequest;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.SignalAllocationRequest;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests restarts and signals that a client asks a server for, and a node carries out on real processes. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AllocationActionsTest {

    @TempDir
    Path dir;

    private TestServer server;
    private TestClient client;
    private GantryNode node;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(dir.resolve("server-data"));
        client = new TestClient(server);
        node = GantryNode.start(
                NodeFixture.config(List.of(HostPort.format(server.server().address())), dir),
                NodeFixture.parts(new ProcessDriver("rkt")));
    }

    @AfterEach
    void stop() {
        node.closeStoppingTasks();
        server.close();
    }

    @Test
    void tasks_are_restarted_at_once_although_their_policy_allows_no_restart() {
        String id = run("web", "exec sleep 300");
        TaskState before = main(id);

        assertThat(server.allocations()
                        .restartAllocation(RestartAllocationRequest.newBuilder()
                                .setAllocationId(id.substring(0, 8))
                                .build())
                        .getTasksList())
                .containsExactly("main");

        eventually().until(() -> isRunningAgain(before, main(id)));
        assertThat(main(id).getEventsList())
                .extracting(TaskEvent::getType)
                .endsWith("Killing", "Killed", "Restarting", "Started");
        assertThat(main(id).getFailed()).isFalse();
        assertThat(client.wanted("web")).extracting(Allocation::getId).containsExactly(id);
    }

    @Test
    void tasks_get_a_signal() {
        Path heard = dir.resolve("heard");
        Path ready = dir.resolve("ready");
        String id = run("web", "trap 'echo int >>%s' INT; : >%s; while :; do sleep 0.05; done".formatted(heard, ready));
        eventually().until(() -> Files.exists(ready));

        assertThat(signal(id, "main", "SIGINT")).containsExactly("main");

        eventually().until(() -> Files.exists(heard));
        assertThat(main(id).getRestarts()).isZero();
    }

    @Test
    void files_of_an_allocation_are_listed_and_read() {
        Path ready = dir.resolve("ready");
        String id = run("web", "echo hello; : >%s; exec sleep 300".formatted(ready));
        eventually().until(() -> Files.exists(ready));

        assertThat(names(id, "/", 100)).containsExactly("alloc", "main");
        assertThat(names(id, "alloc", 2)).as("in pages of two").containsExactly("data", "logs", "tmp");
        assertThat(server.allocations()
                        .getFile(GetFileRequest.newBuilder()
                                .setAllocationId(id.substring(0, 8))
                                .setPath("main/local")
                                .build())
                        .getFile()
                        .getType())
                .isEqualTo(FileType.FILE_TYPE_DIRECTORY);
        eventually().until(() -> read(id, "alloc/logs/main.stdout.0").equals("hello\n"));
        assertRefused(Status.Code.NOT_FOUND, "has no file \"main/local/nope\"", () -> read(id, "main/local/nope"));
        assertRefused(Status.Code.FAILED_PRECONDITION, "secrets are shown to nobody", () -> read(id, "main/secrets/x"));
        node.close();
        eventually()
                .untilAsserted(() ->
                        assertRefused(Status.Code.UNAVAILABLE, "is not connected", () -> read(id, "main/local/nope")));
    }

    private List<String> names(String id, String path, int pageSize) {
        List<String> names = new ArrayList<>();
        String token = "";
        do {
            ListFilesResponse page = server.allocations()
                    .listFiles(ListFilesRequest.newBuilder()
                            .setAllocationId(id)
                            .setPath(path)
                            .setPageSize(pageSize)
                            .setPageToken(token)
                            .build());
            page.getFilesList().forEach(file -> names.add(file.getName()));
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return names;
    }

    private String read(String id, String path) {
        return server.allocations()
                .readFile(ReadFileRequest.newBuilder()
                        .setAllocationId(id)
                        .setPath(path)
                        .build())
                .getData()
                .toStringUtf8();
    }

    @Test
    void what_does_not_run_is_neither_restarted_nor_signaled_and_no_signal_is_made_up() {
        String id = run("web", "exec sleep 300");

        assertRefused(Status.Code.INVALID_ARGUMENT, "\"HUP\" is no signal", () -> signal(id, "main", "HUP"));
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "No task \"nope\" of allocation %s runs; its tasks: main".formatted(id),
                () -> signal(id, "nope", "SIGHUP"));
        assertRefused(Status.Code.NOT_FOUND, "No allocation", () -> signal("abcd1234", "main", "SIGHUP"));

        assertThat(signal(id, "", "SIGKILL")).containsExactly("main");
        eventually().until(() -> main(id).getPhase() == TaskPhase.TASK_PHASE_DEAD);
        assertRefused(Status.Code.FAILED_PRECONDITION, "No task of allocation", () -> signal(id, "", "SIGHUP"));
        node.close();
        assertRefused(Status.Code.UNAVAILABLE, "is not connected", () -> {
            eventually().until(() -> {
                try {
                    return signal(id, "", "SIGHUP").isEmpty();
                } catch (StatusRuntimeException e) {
                    return e.getStatus().getCode() == Status.Code.UNAVAILABLE;
                }
            });
            signal(id, "", "SIGHUP");
        });
    }

    private List<String> signal(String id, String task, String signal) {
        return server.allocations()
                .signalAllocation(SignalAllocationRequest.newBuilder()
                        .setAllocationId(id)
                        .setTask(task)
                        .setSignal(signal)
                        .build())
                .getTasksList();
    }

    private static void assertRefused(Status.Code code, String why, ThrowingCallable call) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(refused).hasMessageContaining(why);
        assertThat(refused.getStatus().getCode()).isEqualTo(code);
    }

    private static boolean isRunningAgain(TaskState before, TaskState now) {
        return now.getPhase() == TaskPhase.TASK_PHASE_RUNNING && !now.getPodId().equals(before.getPodId());
    }

    private TaskState main(String id) {
        return client.allocation(id).getTaskStates(0);
    }

    /** Runs a job whose restart policy allows no restarts, and returns the id of its allocation. */
    private String run(String job, String script) {
        Job.Builder jobToRun = TestJobs.job(job, "dc7").toBuilder();
        jobToRun.getTaskGroupsBuilder(0)
                .setRestart(RestartPolicy.newBuilder()
                        .setAttempts(0)
                        .setInterval(Durations.fromSeconds(60))
                        .setMode(RestartMode.RESTART_MODE_FAIL))
                .getTasksBuilder(0)
                .setConfig(Struct.newBuilder()
                        .putFields(
                                "image",
                                Value.newBuilder().setStringValue("a.b/c").build())
                        .putFields(
                                "args",
                                Value.newBuilder()
                                        .setListValue(ListValue.newBuilder()
                                                .addValues(Value.newBuilder().setStringValue(script)))
                                        .build()));
        client.submit(jobToRun.build());
        String id = client.awaitRunning(job, 1).get(0).getId();
        eventually().until(() -> main(id).getPhase() == TaskPhase.TASK_PHASE_RUNNING);
        return id;
    }
}
