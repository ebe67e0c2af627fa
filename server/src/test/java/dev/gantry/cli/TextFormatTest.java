package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.JobStatus;
import dev.gantry.v1.TaskPhase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class TextFormatTest {

    @Test
    void a_value_of_an_enum_loses_the_name_of_its_type() {
        assertThat(TextFormat.word(JobStatus.JOB_STATUS_RUNNING)).isEqualTo("running");
        assertThat(TextFormat.word(TaskPhase.TASK_PHASE_DEAD)).isEqualTo("dead");
        assertThat(TextFormat.word(EvaluationTrigger.EVALUATION_TRIGGER_JOB_SUBMITTED))
                .isEqualTo("job submitted");
        assertThat(TextFormat.word(ClientStatus.UNRECOGNIZED)).isEqualTo("unknown");
    }

    @Test
    void an_id_that_is_short_already_is_left_alone() {
        assertThat(TextFormat.shortId("5e0b39f0-1111")).isEqualTo("5e0b39f0");
        assertThat(TextFormat.shortId("n1")).isEqualTo("n1");
    }

    @Test
    void columns_are_as_wide_as_what_they_hold_and_lines_have_no_trailing_space() {
        Table table = new Table("A", "Longest", "B")
                .rows(List.of("x", "lönger"), text -> List.of(text, "1", text.length() > 1 ? text : ""));

        assertThat(table.lines()).containsExactly("A       Longest  B", "x       1", "lönger  1        lönger");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "90s, 90", "5m, 300", "1h30m, 5400", "1H, 3600", "2000ms, 2"})
    void durations_are_read_as_people_write_them(String text, long seconds) {
        assertThat(DurationText.parse(text)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "m", "-5m", "5m1h", "5 m", "1.5h", "5y", "99999999999999999999h"})
    void what_is_no_duration_is_refused(String text) {
        assertThatThrownBy(() -> DurationText.parse(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("\"" + text + "\"");
    }

    @ParameterizedTest
    @CsvSource({"-3, 0s", "59, 59s", "60, 1m", "312, 5m12s", "3600, 1h", "7260, 2h1m", "90000, 1d1h"})
    void durations_are_shown_by_their_two_greatest_units(long seconds, String text) {
        assertThat(DurationText.format(Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
