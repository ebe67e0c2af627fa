package dev.gantry.node.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientStatusesTest {

    @ParameterizedTest
    @CsvSource({
        "PENDING, PENDING",
        "RUNNING, RUNNING",
        "RUNNING PENDING, PENDING",
        "DEAD PENDING, PENDING",
        "DEAD RUNNING, RUNNING",
        "FAILED RUNNING, RUNNING",
        "FAILED PENDING, PENDING",
        "DEAD, COMPLETE",
        "DEAD DEAD, COMPLETE",
        "FAILED, FAILED",
        "DEAD FAILED, FAILED",
    })
    void an_allocation_is_what_its_tasks_make_of_it(String tasks, String status) {
        List<TaskState> states =
                Arrays.stream(tasks.split(" ")).map(ClientStatusesTest::state).toList();

        assertThat(ClientStatuses.of(states)).isEqualTo(ClientStatus.valueOf("CLIENT_STATUS_" + status));
    }

    private static TaskState state(String word) {
        boolean failed = word.equals("FAILED");
        return TaskState.newBuilder()
                .setPhase(TaskPhase.valueOf("TASK_PHASE_" + (failed ? "DEAD" : word)))
                .setFailed(failed)
                .build();
    }
}
