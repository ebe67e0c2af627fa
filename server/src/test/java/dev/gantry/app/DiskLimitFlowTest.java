package dev.gantry.app;

import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.EphemeralDisk;
import dev.gantry.v1.Lifecycle;
import dev.gantry.v1.LifecycleHook;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a node limits what allocations have on disk. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiskLimitFlowTest {

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
    void an_allocation_that_stays_larger_than_its_disk_is_warned_and_fails() throws Exception {
        node.server.desire(limited("a1", 10));
        node.server.desire(run("a2", task("main", FOREVER)));
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        node.awaitStatus("a2", ClientStatus.CLIENT_STATUS_RUNNING);
        write("a1");
        write("a2");

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);

        TaskState task = node.task("a1", "main");
        String size = "The allocation has 12 MiB on disk, more than the 10 MiB of its ephemeral_disk";
        assertThat(task.getFailed()).isTrue();
        assertThat(NodeFixture.events(task)).containsSubsequence("Started", "DiskExceeded", "Killing", "DiskExceeded");
        assertThat(task.getEventsList().stream().map(TaskEvent::getMessage))
                .anyMatch(text -> text.startsWith(size + ": it fails"));
        assertThat(node.last("a1").getDescription()).startsWith("Task \"main\" failed: " + size);
        assertThat(node.allocationDir("a1").resolve("alloc/data/rows")).exists();
        assertThat(node.last("a2").getClientStatus()).isEqualTo(ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(NodeFixture.events(node.task("a2", "main"))).doesNotContain("DiskExceeded");
    }

    @Test
    void siblings_of_a_task_that_fails_so_are_stopped_and_poststop_tasks_run() throws Exception {
        DesiredState.Builder state = limited("a1", 10).toBuilder();
        state.getJobsBuilder(0)
                .getJobBuilder()
                .getTaskGroupsBuilder(0)
                .addTasks(task("after", "true").toBuilder()
                        .setLifecycle(Lifecycle.newBuilder().setHook(LifecycleHook.LIFECYCLE_HOOK_POSTSTOP)));
        node.server.desire(state.build());
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        write("a1");

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);

        assertThat(node.driver().started()).containsExactly("main", "after");
        assertThat(node.task("a1", "after").getFailed()).isFalse();
    }

    private void write(String allocation) throws Exception {
        Files.write(node.allocationDir(allocation).resolve("alloc/data/rows"), new byte[11 << 20]);
    }

    private static DesiredState limited(String id, int mib) {
        DesiredState.Builder state = run(id, task("main", FOREVER)).toBuilder();
        state.getJobsBuilder(0)
                .getJobBuilder()
                .getTaskGroupsBuilder(0)
                .setEphemeralDisk(EphemeralDisk.newBuilder().setSizeMib(mib));
        return state.build();
    }
}
