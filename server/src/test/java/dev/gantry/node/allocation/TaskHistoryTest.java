package dev.gantry.node.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.driver.TaskExit;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskPhase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({"0, false, false, Terminated", "1, false, true, Terminated", "143, true, false, Killed"})
    void an_end_is_a_failure_unless_it_was_good_or_wanted(int exitCode, boolean killed, boolean failed, String event) {
        history.ended(new TaskExit(OptionalInt.of(exitCode), NOW, "Exit code " + exitCode), killed);

        assertThat(history.isDead()).isTrue();
        assertThat(history.state().getPhase()).isEqualTo(TaskPhase.TASK_PHASE_DEAD);
        assertThat(history.state().getExitCode()).isEqualTo(exitCode);
        assertThat(history.state().getFailed()).isEqualTo(failed);
        assertThat(history.state().getFinishedAt().getSeconds()).isEqualTo(NOW.getEpochSecond());
        assertThat(history.state().getEvents(1).getType()).isEqualTo(event);
    }

    @Test
    void an_end_whose_exit_code_nobody_knows_is_a_failure() {
        history.ended(new TaskExit(OptionalInt.empty(), NOW, "The machine was restarted"), false);

        assertThat(history.state().getFailed()).isTrue();
        assertThat(history.state().hasExitCode()).isFalse();
    }

    @Test
    void goes_on_where_it_has_stopped() {
        history.neverStarted(true, EventType.DRIVER_FAILURE, "no image");

        TaskHistory resumed = new TaskHistory(history.state(), InstantSource.fixed(NOW));

        assertThat(resumed.isDead()).isTrue();
        assertThat(resumed.state()).isEqualTo(history.state());
    }
}
