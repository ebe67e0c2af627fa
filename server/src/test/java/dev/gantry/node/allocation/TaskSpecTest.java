package dev.gantry.node.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.gantry.v1.Job;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TaskSpecTest {

    @Test
    void a_task_is_restarted_by_its_own_block_and_for_what_that_leaves_out_by_its_groups() {
        Task own = Task.newBuilder()
                .setName("own")
                .setRestart(RestartPolicy.newBuilder().setAttempts(0).setDelay(Durations.fromMillis(500)))
                .build();
        Task other = Task.newBuilder().setName("other").build();
        TaskGroup group = TaskGroup.newBuilder()
                .setRestart(RestartPolicy.newBuilder()
                        .setAttempts(5)
                        .setDelay(Durations.fromSeconds(3))
                        .setInterval(Durations.fromSeconds(60))
                        .setMode(RestartMode.RESTART_MODE_DELAY))
                .addTasks(own)
                .addTasks(other)
                .build();

        assertThat(policy(group, own))
                .isEqualTo(group.getRestart().toBuilder()
                        .setAttempts(0)
                        .setDelay(Durations.fromMillis(500))
                        .build());
        assertThat(policy(group, other)).isEqualTo(group.getRestart());
    }

    private static RestartPolicy policy(TaskGroup group, Task task) {
        return TaskSpec.of(Job.getDefaultInstance(), group, task, Duration.ofSeconds(5))
                .restarts()
                .policy();
    }
}
