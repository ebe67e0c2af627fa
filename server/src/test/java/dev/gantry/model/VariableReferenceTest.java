package dev.gantry.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.v1.Artifact;
import dev.gantry.v1.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariableReferenceTest {

    @ParameterizedTest
    @CsvSource({
        "var.jobs/web.db, jobs/web, db",
        "var.jobs/web.v2/x.y.db, jobs/web.v2/x.y, db",
        "var.a.b, a, b",
    })
    void the_key_begins_after_the_last_dot(String name, String path, String key) {
        VariableReference reference = VariableReference.parse(name).orElseThrow();

        assertThat(reference).isEqualTo(new VariableReference(path, key));
        assertThat(reference).hasToString("${" + name + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"var.", "var.a", "var..a", "var.a.", "var./a.b", "var.a b.c", "var.a.b c", "env.a.b", "vara.b"})
    void another_name_is_no_reference(String name) {
        assertThat(VariableReference.parse(name)).isEmpty();
    }

    @Test
    void a_job_reads_its_own_variables_and_a_child_those_of_its_parent() {
        VariableReference web = new VariableReference("jobs/web", "k");

        assertThat(web.isOfJob("web")).isTrue();
        assertThat(new VariableReference("jobs/web/db/x", "k").isOfJob("web")).isTrue();
        assertThat(web.isOfJob("web/periodic-1770000000")).isTrue();
        assertThat(new VariableReference("jobs/web2", "k").isOfJob("web")).isFalse();
        assertThat(new VariableReference("jobs", "k").isOfJob("web")).isFalse();
        assertThat(new VariableReference("team/jobs/web", "k").isOfJob("web")).isFalse();
        assertThat(web.isOfJob("we")).isFalse();
    }

    @Test
    void a_slash_in_the_id_of_a_job_does_not_open_its_variables_to_another_job() {
        VariableReference api = new VariableReference("jobs/team~api", "k");

        assertThat(api.isOfJob("team/api")).isTrue();
        assertThat(api.isOfJob("team/api/periodic-1770000000")).isTrue();
        assertThat(api.isOfJob("team")).isFalse();
        assertThat(new VariableReference("jobs/team/api", "k").isOfJob("team/api"))
                .isFalse();
    }

    @Test
    void the_references_of_a_task_stand_in_its_env_its_args_and_its_artifacts() {
        Task task = Task.newBuilder()
                .putEnv("A", "${var.jobs/web.a} and ${var.jobs/web.b}")
                .putEnv("B", "${var.jobs/web.a}${NOMAD_DC}${var.nonsense}")
                .setConfig(Struct.newBuilder()
                        .putFields("image", text("${var.jobs/web.image}"))
                        .putFields(
                                "args",
                                Value.newBuilder()
                                        .setListValue(ListValue.newBuilder().addValues(text("-x=${var.jobs/web.c}")))
                                        .build()))
                .addArtifacts(Artifact.newBuilder()
                        .setSource("https://example.com/${var.jobs/web.d}")
                        .setDestination("${var.jobs/web.destination}")
                        .putOptions("checksum", "${var.jobs/web.checksum}")
                        .putHeaders("Authorization", "${var.jobs/web.e}"))
                .build();

        assertThat(VariableReference.of(task))
                .containsExactly(
                        new VariableReference("jobs/web", "a"),
                        new VariableReference("jobs/web", "b"),
                        new VariableReference("jobs/web", "c"),
                        new VariableReference("jobs/web", "d"),
                        new VariableReference("jobs/web", "e"));
        assertThat(VariableReference.of(Task.getDefaultInstance())).isEmpty();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }
}
