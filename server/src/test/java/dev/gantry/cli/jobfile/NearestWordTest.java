package dev.gantry.cli.jobfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestWordTest {

    private static final List<String> WORDS = List.of("count", "constraint", "meta", "task");

    @ParameterizedTest
    @CsvSource({
        "cuont, count",
        "counts, count",
        "conut, count",
        "constraints, constraint",
        "contraint, constraint",
        "mta, meta",
        "tasks, task",
        "Task, task"
    })
    void a_slip_finds_the_word_that_was_meant(String typed, String meant) {
        assertThat(NearestWord.to(typed, WORDS)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"image", "x", "restart", "''"})
    void another_word_finds_none(String typed) {
        assertThat(NearestWord.to(typed, WORDS)).isEmpty();
    }
}
