package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gantry.jobfile.hcl2.Inputs;
import dev.gantry.v1.JobViolation;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that a fault of a job is shown where its file says the field. */
class JobSourceTest {

    private static final String HCL = """
            variable "memory" {
              default = 5000
            }

            job "web" {
              datacenters = ["dc1", " "]
              priority    = 7

              meta {
                team = "a"
              }

              constraint {
                distinct_hosts = false
              }

              constraint {
                attribute = "${attr.os.version}"
                version   = "> 1"
              }

              update {
                canary = 2
              }

              task "alone" {
                driver = "rkt"
              }

              group "front" {
                count = 3

                update {
                  max_parallel = 4
                }

                network {
                  mbits = 5
                  port "http" { static = 80 }
                }

                service {
                  name = "first"
                  port = "http"
                }

                service {
                  name = "second"
                  port = "http"
                  check {
                    type           = "http"
                    initial_status = "passing"
                    header { X-A = ["1", "2"] }
                  }
                }

                task "server" {
                  driver = "rkt"
                  user   = "root"

                  config {
                    image = "a"
                    args  = ["-a", "${NOMAD_PORT_http}"]
                    mount "data" {
                      path = "/x"
                    }
                    volume {
                      name = "one"
                    }
                    volume {
                      name = "two"
                    }
                  }

                  env = { "MY.ENV" = "x" }

                  resources {
                    memory = var.memory
                    network {
                      port "admin" {}
                    }
                  }

                  service {
                    name = "own"
                    port = "admin"
                  }

                  dispatch_payload { file = "in" }
                }

                dynamic "task" {
                  for_each = ["made"]
                  labels   = [task.value]
                  content {
                    driver = "raw"
                    config {}
                  }
                }
              }
            }
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            id                                                           | "web" {                            | id
            name                                                         | "web" {                            | name
            priority                                                     | 7                                  | priority
            type                                                         | job "web" {                        | type
            datacenters[1]                                               | " "]                               | datacenters[1]
            meta.team                                                    | "a"                                | team
            meta["my.key"]                                               | meta {                             | my.key
            constraints[0].attribute                                     | "${attr.os.version}"               | attribute
            constraints[0].operator                                      | version   = "> 1"                  | operator
            constraints[0].value                                         | "> 1"                              | value
            constraints                                                  | job "web" {                        | constraint
            update.canary                                                | 2                                  | canary
            task_groups                                                  | job "web" {                        | group
            task_groups[0].name                                          | "alone" {                          | name
            task_groups[0].tasks[0].driver                               | "rkt"                              | driver
            task_groups[1].name                                          | "front" {                          | name
            task_groups[1].count                                         | 3                                  | count
            task_groups[1].update.max_parallel                           | 4                                  | max_parallel
            task_groups[1].update.canary                                 | 2                                  | canary
            task_groups[1].update.stagger                                | update {                           | stagger
            task_groups[1].restart.attempts                              | group "front" {                    | restart.attempts
            task_groups[1].tasks[0].name                                 | "server" {                         | name
            task_groups[1].tasks[0].user                                 | "root"                             | user
            task_groups[1].tasks[0].config.image                         | "a"                                | image
            task_groups[1].tasks[0].config.nett                          | config {                           | nett
            task_groups[1].tasks[0].config.args[1]                       | "${NOMAD_PORT_http}"]              | args[1]
            task_groups[1].tasks[0].config.mount.data.path               | "/x"                               | path
            task_groups[1].tasks[0].config.volume[1].name                | "two"                              | name
            task_groups[1].tasks[0].env["MY.ENV"]                        | "x" }                              | MY.ENV
            task_groups[1].tasks[0].resources.cpu                        | resources {                        | cpu
            task_groups[1].tasks[0].resources.memory_mib                 | var.memory                         | memory
            task_groups[1].tasks[0].resources.ports[0].label             | "admin" {}                         | label
            task_groups[1].tasks[0].resources.ports[1].static_port       | 80 }                               | static
            task_groups[1].tasks[0].resources.mbits                      | 5                                  | network.mbits
            task_groups[1].tasks[0].services[0].name                     | "own"                              | name
            task_groups[1].tasks[0].services[1].name                     | "first"                            | name
            task_groups[1].tasks[0].services[2].checks[0].type           | "http"                             | type
            task_groups[1].tasks[0].services[2].checks[0].path           | check {                            | path
            task_groups[1].tasks[0].services[2].checks[0].passes_initially | "passing"                          | initial_status
            task_groups[1].tasks[0].services[2].checks[0].headers[0].name | X-A = ["1", "2"] }                 | name
            task_groups[1].tasks[0].services[2].checks[0].headers[0].values[1] | "2"] }                             | values[1]
            task_groups[1].tasks[0].dispatch_payload_file                | "in" }                             | dispatch_payload.file
            task_groups[1].tasks[0].kill_timeout                         | task "server" {                    | kill_timeout
            task_groups[1].tasks[0].logs.max_file_size_mib               | task "server" {                    | logs.max_file_size
            task_groups[1].tasks[1].name                                 | [task.value]                       | name
            task_groups[1].tasks[1].config.image                         | config {}                          | image
            task_groups[1].tasks[9].name                                 | group "front" {                    | task[9].name
            """)
    void a_fault_has_the_place_of_its_field_or_of_what_is_around_it(String path, String rest, String key) {
        assertThat(place(HCL, path)).isEqualTo(rest + " | " + key);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            id                                                           | "j",                               | id
            task_groups                                                  | {                                  | taskGroups
            task_groups[0].count                                         | 5, "tasks": [                      | count
            task_groups[0].tasks[1].config.args[1]                       | "y"]},                             | args[1]
            task_groups[0].tasks[1].resources.memory_mib                 | 10, "ports": [{"label": "p"}]}}    | memoryMib
            task_groups[0].tasks[1].resources.ports[0].static_port       | {"label": "p"}]}}                  | staticPort
            task_groups[0].tasks[1].user                                 | {"name": "b", "config": {"args": ["x", "y"]}, | user
            """)
    void a_fault_has_its_place_in_json(String path, String rest, String key) {
        String text = """
                {
                  "id": "j",
                  "taskGroups": [{"count": 1, "count": 5, "tasks": [
                    {"name": "a"},
                    {"name": "b", "config": {"args": ["x", "y"]},
                     "resources": {"memory_mib": 10, "ports": [{"label": "p"}]}}
                  ]}]
                }
                """.replace("\"count\": 1, ", "");
        assertThat(place(text, path)).isEqualTo(rest + " | " + key);
    }

    @Test
    void a_fault_has_its_place_in_the_json_of_nomads_api() {
        String text = """
                {"Job": {"ID": "j", "TaskGroups": [{
                  "Name": "g",
                  "Count": 7}]}}
                """;
        assertThat(place(text, "task_groups[0].count")).isEqualTo("7}]}} | count");
    }

    @Test
    void faults_are_in_the_order_of_the_file_with_its_line_and_a_caret() {
        JobSource source = source(HCL);

        assertThat(source.reports(
                        List.of(fault("job"), fault("priority"), fault("changes[0].drain"), fault("datacenters[0]"))))
                .containsExactly("""
                        j.hcl:6:18: datacenters[0]: is wrong
                              datacenters = ["dc1", " "]
                                             ^""", """
                        j.hcl:7:17: priority: is wrong
                              priority    = 7
                                            ^""", "job: is wrong", "changes[0].drain: is wrong");
    }

    @Test
    void a_second_task_of_the_same_name_hides_no_fault_of_the_others() {
        JobSource source = source("""
                job "j" {
                  group "g" {
                    task "t" { driver = "rkt" }
                    task "t" { driver = "rkt" }
                    task "u" { driver = "docker" }
                  }
                }
                """);

        assertThat(source.faults(List.of(fault("task_groups[0].tasks[1].driver"))))
                .extracting(JobViolation::getField, JobViolation::getDescription)
                .containsExactly(
                        tuple("j.hcl:4:5", "a second task \"t\"; the first is on line 3: rename one"),
                        tuple("j.hcl:5:25", "driver: is wrong"));
    }

    /** Returns the rest of the line from the place of a fault on, and the key in the message. */
    private static String place(String text, String path) {
        String report = source(text).reports(List.of(fault(path))).get(0);
        String[] parts = report.lines().findFirst().orElseThrow().split(":", 4);
        String line = text.lines().toList().get(Integer.parseInt(parts[1]) - 1);
        return line.substring(Integer.parseInt(parts[2]) - 1) + " | "
                + parts[3].substring(1, parts[3].indexOf(": is wrong"));
    }

    private static JobSource source(String text) {
        return JobFiles.open("j.hcl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), Inputs.NONE);
    }

    private static JobViolation fault(String path) {
        return JobViolation.newBuilder()
                .setField(path)
                .setDescription("is wrong")
                .build();
    }
}
