package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormat.ParseException;
import dev.gantry.v1.Task;
import dev.gantry.v1.Template;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Tests the parsing of template blocks. */
class TemplateFileTest {

    private static final String WHOLE = """
            data: "server {{ env \\"NOMAD_PORT_http\\" }};\\n" destination: "local/app.conf" perms: "640" uid: 100 gid: 0
            change_mode: TEMPLATE_CHANGE_MODE_SIGNAL change_signal: "SIGHUP" splay { seconds: 90 }
            left_delimiter: "[[" right_delimiter: "]]" error_on_missing_key: true
            """;

    @Test
    void a_template_is_read_for_all_it_says() throws ParseException {
        Task task = task("""
                template {
                  data = <<EOF
                server {{ env "NOMAD_PORT_http" }};
                EOF
                  destination          = "local/app.conf"
                  perms                = "640"
                  uid                  = 100
                  gid                  = 0
                  change_mode          = "signal"
                  change_signal        = "SIGHUP"
                  splay                = "90s"
                  left_delimiter       = "[["
                  right_delimiter      = "]]"
                  error_on_missing_key = true
                  vault_grace          = "15s"
                }
                template {
                  source      = "local/env.tpl"
                  destination = "secrets/env"
                  env         = true
                  change_mode = "noop"
                  uid         = -1
                }
                restart { render_templates = true }
                """);

        assertThat(task.getTemplatesList())
                .containsExactly(TextFormat.parse(WHOLE, Template.class), TextFormat.parse("""
                                source: "local/env.tpl" destination: "secrets/env" env: true
                                change_mode: TEMPLATE_CHANGE_MODE_NOOP
                                """, Template.class));
    }

    @Test
    void a_template_in_a_file_of_hcl_2_loses_its_indentation_and_keeps_what_the_task_fills_in() {
        Task task = read("""
                variable "level" { default = "info" }
                job "web" {
                  task "t" {
                    driver = "rkt"
                    template {
                      data = <<-EOF
                        level ${var.level}
                        {{ range nomadService "db" }}
                          server {{ .Address }}
                        {{ end }}
                        home $${HOME} ${NOMAD_TASK_DIR}
                        EOF
                      destination = "${NOMAD_TASK_DIR}/app.conf"
                    }
                  }
                }
                """);

        assertThat(task.getTemplates(0).getData()).isEqualTo("""
                level info
                {{ range nomadService "db" }}
                  server {{ .Address }}
                {{ end }}
                home ${HOME} ${NOMAD_TASK_DIR}
                """);
        assertThat(task.getTemplates(0).getDestination()).isEqualTo("${NOMAD_TASK_DIR}/app.conf");
    }

    @Test
    void a_template_of_nomads_api_is_the_same_as_in_hcl() throws ParseException {
        Task task = read("""
                {"Job": {"ID": "web", "TaskGroups": [{"Name": "g", "RestartPolicy": {"RenderTemplates": true}, "Tasks": [{
                  "Name": "t", "Driver": "rkt", "Templates": [{
                    "SourcePath": "", "DestPath": "local/app.conf",
                    "EmbeddedTmpl": "server {{ env \\"NOMAD_PORT_http\\" }};\\n",
                    "ChangeMode": "signal", "ChangeSignal": "SIGHUP", "ChangeScript": null, "Splay": 90000000000,
                    "Perms": "640", "Uid": 100, "Gid": 0, "LeftDelim": "[[", "RightDelim": "]]", "Envvars": false,
                    "VaultGrace": 0, "Wait": null, "ErrMissingKey": true, "Once": false
                  }, {"SourcePath": "local/x", "DestPath": "local/y", "EmbeddedTmpl": "", "ChangeMode": "restart",
                    "Splay": 5000000000, "Perms": "0644", "Uid": null, "Gid": -1}]
                }]}]}}
                """);

        assertThat(task.getTemplatesList())
                .containsExactly(TextFormat.parse(WHOLE, Template.class), TextFormat.parse("""
                                source: "local/x" destination: "local/y" perms: "0644" splay { seconds: 5 }
                                change_mode: TEMPLATE_CHANGE_MODE_RESTART
                                """, Template.class));
    }

    private static Task task(String body) {
        return read("job \"web\" { group \"g\" { task \"t\" {\n driver = \"rkt\"\n" + body + "} } }");
    }

    private static Task read(String file) {
        return JobFiles.read("web.nomad", new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)))
                .getTaskGroups(0)
                .getTasks(0);
    }
}
