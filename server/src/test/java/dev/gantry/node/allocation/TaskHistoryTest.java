package dev.gantry.node.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.driver.TaskExit;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskPhase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TaskHistoryTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final TaskHistory history = TaskHistory.begin("web", InstantSource.fixed(NOW));

    @Test
    void keeps_the_newest_ten_events() {
        for (int i = 1; i <= 12; i++) {
            history.add(EventType.DRIVER_FAILURE, "failure " + i);
        }

        assertThat(history.state().getEventsList())
                .extracting(TaskEvent::getMessage)
                .hasSize(10)
                .startsWith("failure 3")
                .endsWith("failure 12");
    }

    @Test
    void a_restart_is_counted_and_a_new_run_clears_the_end_of_the_last() {
        history.ended(new TaskExit(OptionalInt.of(1), NOW, "Exit code 1"), EventType.TERMINATED);
        history.restarting("Restart 1 of 2");

        assertThat(history.isDead()).isFalse();
        assertThat(history.state().getPhase()).isEqualTo(TaskPhase.TASK_PHASE_PENDING);
        assertThat(history.state().getRestarts()).isEqualTo(1);
        assertThat(history.state().getLastRestartTime().getSeconds()).isEqualTo(NOW.getEpochSecond());
        assertThat(history.state().getExitCode()).isEqualTo(1);
        assertThat(history.state().getEventsList())
                .extracting(TaskEvent::getType)
                .containsExactly("Received", "Terminated", "Restarting");
    }

    @Test
    void an_end_with_an_unknown_exit_code_has_none() {
        history.ended(new TaskExit(OptionalInt.empty(), NOW, "The machine was restarted"), EventType.TERMINATED);

        assertThat(history.state().hasExitCode()).isFalse();
        assertThat(history.state().getEndTime().getSeconds()).isEqualTo(NOW.getEpochSecond());
    }

    @Test
    void a_history_continues_from_a_stored_state() {
        history.neverStarted(true, EventType.DRIVER_FAILURE, "no image");

        TaskHistory resumed = new TaskHistory(history.state(), InstantSource.fixed(NOW));

        assertThat(resumed.isDead()).isTrue();
        assertThat(resumed.state()).isEqualTo(history.state());
    }
}
