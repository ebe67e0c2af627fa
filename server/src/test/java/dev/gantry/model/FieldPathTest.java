package dev.gantry.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldPathTest {

    @Test
    void nested_fields_are_joined_by_dots_and_elements_have_brackets() {
        String byIndex = FieldPath.element(FieldPath.field("", "task_groups"), 0);
        String byName = FieldPath.element("task_groups", "web");

        assertThat(FieldPath.field(byIndex, "count")).isEqualTo("task_groups[0].count");
        assertThat(FieldPath.field(byName, "count")).isEqualTo("task_groups[\"web\"].count");
    }

    @Test
    void a_relative_path_follows_the_path_of_what_it_is_in() {
        assertThat(FieldPath.within("tasks[0].config", "image")).isEqualTo("tasks[0].config.image");
        assertThat(FieldPath.within("tasks[0].config", FieldPath.entry("", "my-key")))
                .isEqualTo("tasks[0].config[\"my-key\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "team    | meta.team",
                "_Team_2 | meta._Team_2",
                "my.key  | meta[\"my.key\"]",
                "2nd     | meta[\"2nd\"]",
                "a\"b    | meta[\"a\\\"b\"]",
                "a\\b    | meta[\"a\\\\b\"]",
                "''      | meta[\"\"]"
            })
    void the_key_of_an_entry_is_quoted_unless_it_is_an_identifier(String key, String path) {
        assertThat(FieldPath.entry("meta", key)).isEqualTo(path);
    }

    @Test
    void a_path_is_read_to_the_steps_that_it_was_written_from() {
        String path = FieldPath.entry(
                FieldPath.entry(FieldPath.field(FieldPath.element("tasks", 12), "config"), "a\\\"].b"), "c");

        assertThat(FieldPath.steps(path))
                .containsExactly(
                        new FieldPath.Step("tasks", -1),
                        new FieldPath.Step("", 12),
                        new FieldPath.Step("config", -1),
                        new FieldPath.Step("a\\\"].b", -1),
                        new FieldPath.Step("c", -1));
    }

    @Test
    void a_path_that_was_shortened_is_read_up_to_where_it_ends() {
        assertThat(FieldPath.steps("tasks[0].config[\"ab..."))
                .extracting(FieldPath.Step::name)
                .containsExactly("tasks", "", "config");
        assertThat(FieldPath.steps("")).isEmpty();
    }
}
