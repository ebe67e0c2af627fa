package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormat.ParseException;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobViolation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the faults of templates that a submission names. */
class TemplateValidationTest {

    private static final String TEMPLATES = "task_groups[0].tasks[0].templates";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "data: '{{ env \"A\" }}' destination: 'local/a'",
                "data: '{{ with nomadVar \"jobs/web/tls\" }}{{ .key }}{{ end }}' destination: 'secrets/key.pem' perms: '600'",
                "data: '{{ with nomadVar \"nomad/jobs/web\" }}{{ .key }}{{ end }}' destination: '/alloc/data/a' uid: 0",
                "data: '{{ range nomadService \"v1.db\" }}{{ .Port }}{{ end }}' destination: '${NOMAD_SECRETS_DIR}/a'",
                "data: '[% env \"A\" %]' left_delimiter: '[%' right_delimiter: '%]' destination: 'local/${NOMAD_TASK_NAME}.conf'",
                "source: 'local/a.tpl' destination: 'local/a' change_mode: TEMPLATE_CHANGE_MODE_SIGNAL change_signal: 'SIGHUP'",
                "data: 'A=1' env: true destination: 'local/env' change_mode: TEMPLATE_CHANGE_MODE_NOOP splay { }",
                "data: 'a\\n\\tb' destination: 'local/a'",
            })
    void a_template_that_is_well_is_taken(String template) throws ParseException {
        assertThat(faults(template)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "destination: 'local/a' | data | is missing",
                "data: 'x' source: 'local/b' destination: 'local/a' | data | can't stand beside source",
                "data: 'a\\n{{ if }}' destination: 'local/a' | data | line 2, column 7: the action ends where a value is missing",
                "data: '{{ key \"x\" }}' destination: 'local/a' | data | line 1, column 4: the function key is not supported",
                "data: '{{ nomadVar \"jobs/other\" }}' destination: 'local/a' | data | \"jobs/other\" is not the job's to read: a job reads jobs/web",
                "data: '{{ nomadVarExists \"nomad/jobs\" }}' destination: 'local/a' | data | \"jobs\" is not the job's to read",
                "data: '{{ nomadVar \"jobs//web\" }}' destination: 'local/a' | data | the path \"jobs//web\" is no path",
                "data: '{{ nomadVar (print \"jobs/\" \"web\") }}' destination: 'local/a' | data | nomadVar needs a text as its last argument",
                "data: '{{ nomadService \"v1.\" }}' destination: 'local/a' | data | the name of the service is missing",
                "data: '${var.jobs/web.key}' destination: 'local/a' | data | write {{ with nomadVar \"PATH\" }}{{ .KEY }}{{ end }}",
                "data: 'x' | destination | is missing: name the file to write",
                "data: 'x' destination: 'a.conf' | destination | \"a.conf\" is no file of the task: begin it with local/",
                "data: 'x' destination: '/etc/passwd' | destination | is no file of the task",
                "data: 'x' destination: 'local/../../x' | destination | is no file of the task",
                "data: 'x' destination: 'local/' | destination | is no file of the task",
                "data: 'x' destination: 'alloc/logs/x' | destination | is no file of the task",
                "data: 'x' destination: '${NOMAD_ALLOC_ID}/x' | destination | is no file of the task",
                "data: 'x' destination: 'local/${var.jobs/web.key}' | destination | can't stand here",
                "source: '/etc/shadow' destination: 'local/a' | source | is no file of the task",
                "source: 'alloc/a' destination: 'local/a' | source | begin it with local/ or secrets/",
                "data: 'x' destination: 'local/a' perms: '4755' | perms | \"4755\" is no mode: use three octal digits",
                "data: 'x' destination: 'local/a' perms: 'rw' | perms | is no mode",
                "data: 'x' destination: 'local/a' uid: -1 | uid | -1 is no user",
                "data: 'x' destination: 'local/a' splay { seconds: -1 } | splay | -1s is below 0",
                "data: 'x' destination: 'local/a' change_mode: TEMPLATE_CHANGE_MODE_SIGNAL | change_signal | is missing: name a signal",
                "data: 'x' destination: 'local/a' change_mode: TEMPLATE_CHANGE_MODE_SIGNAL change_signal: 'HUP' | change_signal | \"HUP\" is no signal",
                "data: 'x' destination: 'local/a' change_signal: 'SIGHUP' | change_signal | needs the change mode signal",
                "data: 'x' env: true destination: 'local/a' change_mode: TEMPLATE_CHANGE_MODE_SIGNAL change_signal: 'SIGHUP' | change_mode | can't be signal for env",
                "data: 'x' destination: 'local/a' change_mode: 9 | change_mode | 9 is no change mode",
                "data: 'x' destination: 'local/a' left_delimiter: 'a b' | left_delimiter | are no delimiters",
            })
    void a_fault_is_named_with_its_place_and_remedy(String template, String field, String description)
            throws ParseException {
        assertThat(faults(template)).singleElement().satisfies(fault -> {
            assertThat(fault.getField()).isEqualTo(TEMPLATES + "[0]." + field);
            assertThat(fault.getDescription()).contains(description);
        });
    }

    @Test
    void two_templates_can_not_write_one_file() throws ParseException {
        String template = "data: 'x' destination: '%s'";

        assertThat(faults(template.formatted("local/a"), template.formatted("/local//a")))
                .singleElement()
                .satisfies(fault -> assertThat(fault.getField()).isEqualTo(TEMPLATES + "[1].destination"));
    }

    @Test
    void the_lookups_of_a_task_are_limited() throws ParseException {
        StringBuilder data = new StringBuilder();
        for (int i = 0; i <= 100; i++) {
            data.append("{{ nomadService \"s").append(i).append("\" }}");
        }

        assertThat(faults("data: '" + data + "' destination: 'local/a'"))
                .singleElement()
                .satisfies(fault -> assertThat(fault.getDescription())
                        .isEqualTo("look up 101 services and variables; the limit is 100"));
    }

    private static List<JobViolation> faults(String... templates) throws ParseException {
        StringBuilder text = new StringBuilder();
        for (String template : templates) {
            text.append("templates { ").append(template).append(" } ");
        }
        Job job = TextFormat.parse(
                "id: 'web' task_groups { name: 'g' tasks { name: 't' driver: 'rkt' " + text + " } }", Job.class);
        Violations violations = new Violations();
        TextRules.checkAll(job, "", violations);
        TemplateValidator.check(job, job.getTaskGroups(0), "task_groups[0]", violations);
        VariableReferenceValidator.check(job, violations);
        return violations.found();
    }
}
