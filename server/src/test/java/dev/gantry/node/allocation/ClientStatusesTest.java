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
    void the_client_status_follows_from_the_states_of_the_tasks(String tasks, String status) {
        List<ClientStatuses.Member> members = Arrays.stream(tasks.split(" "))
                .map(word -> new ClientStatuses.Member(TaskRole.MAIN, state(word)))
                .toList();

        assertThat(ClientStatuses.of(members)).isEqualTo(ClientStatus.valueOf("CLIENT_STATUS_" + status));
    }

    @ParameterizedTest
    @CsvSource({
        "PRESTART=RUNNING MAIN=PENDING POSTSTOP=PENDING, PENDING",
        "PRESTART=DEAD SIDECAR=RUNNING MAIN=RUNNING POSTSTOP=PENDING, RUNNING",
        "SIDECAR=PENDING MAIN=RUNNING, PENDING",
        "SIDECAR=RUNNING MAIN=DEAD POSTSTOP=PENDING, RUNNING",
        "MAIN=FAILED POSTSTOP=PENDING, RUNNING",
        "MAIN=DEAD POSTSTOP=RUNNING, RUNNING",
        "PRESTART=FAILED MAIN=DEAD POSTSTOP=DEAD, FAILED",
        "PRESTART=DEAD SIDECAR=DEAD MAIN=DEAD POSTSTOP=DEAD, COMPLETE",
        "MAIN=DEAD POSTSTOP=FAILED, FAILED",
    })
    void it_is_pending_until_its_main_tasks_run_and_running_until_all_have_ended(String tasks, String status) {
        List<ClientStatuses.Member> members = Arrays.stream(tasks.split(" "))
                .map(word -> word.split("="))
                .map(pair -> new ClientStatuses.Member(TaskRole.valueOf(pair[0]), state(pair[1])))
                .toList();

        assertThat(ClientStatuses.of(members)).isEqualTo(ClientStatus.valueOf("CLIENT_STATUS_" + status));
    }

    private static TaskState state(String word) {
        boolean failed = word.equals("FAILED");
        return TaskState.newBuilder()
                .setPhase(TaskPhase.valueOf("TASK_PHASE_" + (failed ? "DEAD" : word)))
                .setFailed(failed)
                .build();
    }
}
